"""The addresses of an intake's pages: a part and a number, so that no address says what a page asks."""

from __future__ import annotations

from django.urls import reverse

from screening.protocol import Page, Protocol


def page_at(protocol: Protocol, part: str, number: int) -> Page | None:
    """The page at an address, or None when there is no such page.

    Args:
        protocol: whose pages.
        part: the id of the part.
        number: its place in the part, from 1.
    """
    pages = next((each.pages for each in protocol.parts if each.id == part), ())
    return pages[number - 1] if 1 <= number <= len(pages) else None


def address(protocol: Protocol, page: Page) -> str:
    """Where a page is; the page may be worded in another language than the protocol."""
    part = next(each for each in protocol.parts if each.id == page.part)
    place = next(number for number, each in enumerate(part.pages, 1) if each.id == page.id)
    return reverse("intake:page", args=[part.id, place])


def anchor(protocol: Protocol, question: str) -> str:
    """What a question is called in links: `q57` does not say what is asked, and no other page has it.

    A browser takes the end of an address along to the next page, so a name that two pages have would lead astray there.

    Args:
        protocol: whose question.
        question: its id, or the name of a field that is no question.
    Returns:
        "" for a field that is no question.
    """
    return f"q{list(protocol.questions).index(question) + 1}" if question in protocol.questions else ""
