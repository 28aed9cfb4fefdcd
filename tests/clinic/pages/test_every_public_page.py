"""What holds on every public page: structure, privacy, plain words, weight and links that lead somewhere."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from .conftest import PAGES
from .reading import grade, sentences

NEVER_SAID = (
    *("candidate", "qualify", "fail", "fails", "failed", "reject", "suffer", "suffers", "suffering", "abuse"),
    *("non-compliant", "oops", "unfortunately", "simply", "just", "invalid"),
)


def test_it_has_one_heading_and_says_whose_it_is(page: str) -> None:
    title = re.search(r"<title>(.*?)</title>", page)[1]

    assert page.count("<h1") == 1
    assert title.endswith("– Larkfield Clinic")
    assert not title.startswith("Error")
    assert '<html lang="en">' in page


def test_help_comes_before_everything_else(page: str) -> None:
    assert page.index('<a class="skip" href="#main">') < page.index('<main id="main"')
    assert page.index('href="tel:988"') < page.index("<h2")


def test_it_has_no_inline_style_or_script(page: str) -> None:
    assert not re.search(r"\sstyle=", page)
    assert "<style" not in page
    assert re.findall(r"<script[^>]*>", page) == [
        '<script src="/static/enhance.js" data-worker="/service-worker.js" defer>'
    ]
    assert not re.search(r"<[^>]+\son[a-z]+=", page)


def test_it_loads_nothing_from_anyone_else(page: str) -> None:
    loaded = re.findall(r'<(?:link|script|img|iframe|source|video|audio)[^>]+(?:href|src)="([^"]+)"', page)

    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_links_to_other_sites_do_not_say_where_from(page: str) -> None:
    outside = re.findall(r'<a [^>]*href="https?://[^>]+>', page)

    assert all('rel="noreferrer"' in link for link in outside)


def test_it_reads_at_grade_eight_or_below(page: str) -> None:
    found = sentences(page)

    assert len(found) >= 5
    assert grade(found) <= 8
    assert [sentence for sentence in found if len(sentence.split()) > 25] == []


def test_it_keeps_to_our_voice(page: str) -> None:
    words = set(re.findall(r"[a-z-]+", " ".join(sentences(page)).lower()))

    assert words.isdisjoint(NEVER_SAID)
    assert "!" not in re.sub(r"<[^>]+>|<!doctype", "", page)


def test_the_first_view_is_light(page: str, first_view: Callable[[str], dict[str, int]]) -> None:
    sizes = first_view(page)

    assert sum(sizes.values()) <= 60 * 1024
    assert len(sizes) <= 6


def test_every_link_leads_somewhere(page: str, read: Callable[[str], str]) -> None:
    for link in set(re.findall(r'<a [^>]*href="([^"]+)"', page)):
        parts = urlsplit(link)
        if parts.scheme or link.startswith("/static/"):
            continue
        if parts.path:
            resolve(parts.path)
        if parts.fragment:
            target = read(parts.path) if parts.path else page
            assert f'id="{parts.fragment}"' in target, link


def test_ids_are_used_once(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", PAGES)
def test_it_refuses_to_be_posted_to(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_an_unknown_page_says_so_with_the_help_line(client: Client) -> None:
    response = client.get("/conditions/no-such-page/")
    page = response.content.decode()

    assert response.status_code == 404
    assert "We cannot find that page" in page
    assert 'href="tel:988"' in page
