"""The people of the journeys: what somebody does with a page of the form, whatever it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page

from screening.cases import facts_of
from tests.cases import CASES, PROTOCOL


def answers_of(case: str, **others: Any) -> dict[str, Any]:
    """What the person of a worked case answers, with a name and a state as the form asks for it.

    Args:
        case: the id of the worked case.
        others: answers that differ.
    """
    given = dict(facts_of(PROTOCOL, CASES[case], CASES["V000"]).given)
    recent = (timezone.localdate() - timedelta(days=5)).isoformat()
    return {**given, "legal_name": "Maya Rose Thompson", "preferred_name": "Maya", "region": "US-CA", **others} | (
        {"bp_date": recent} if "bp_date" in given else {}
    )


def go_on(control: Locator) -> None:
    """Press what leads to another page, and wait until that one is there as a whole.

    A click alone may return before the next page has come, or while only a part of it is there: then what is looked at
    without waiting (how many, which address) is that of the page before, or of half a page.
    """
    with control.page.expect_navigation():
        control.click()


def fill_page(page: Page, answers: dict[str, Any]) -> None:
    """Answer every question on the page that this person has an answer to.

    Args:
        page: an open page of the form.
        answers: keyed by question.
    """
    names = page.locator("main form [name]").evaluate_all("all => [...new Set(all.map(each => each.name))]")
    for name in names:
        is_part_of_a_date = name not in PROTOCOL.questions and name.endswith(("_month", "_day", "_year"))
        question, _, part = name.rpartition("_") if is_part_of_a_date else (name, "", "")
        answer = answers.get(question)
        if answer is None:
            continue
        if part:
            year, month, day = str(answer).split("-")
            page.fill(f"[name={name}]", {"year": year, "month": month, "day": day}[part])
        else:
            _answer(page, name, answer)


def _answer(page: Page, name: str, answer: Any) -> None:
    field = page.locator(f"main [name={name}]").first
    kind = field.evaluate("each => each.tagName === 'SELECT' ? 'select' : each.type")
    if kind == "select":
        field.select_option(str(answer))
    elif kind in ("radio", "checkbox"):
        for value in answer if isinstance(answer, list | tuple) else [answer]:
            chosen = page.locator(f"main [name={name}]").and_(page.locator(f'[value="{value}"]'))
            (chosen if chosen.count() else field).check()
    else:
        field.fill(str(answer))
