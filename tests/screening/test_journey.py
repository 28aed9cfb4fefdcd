"""Which pages are asked, which are done and which may be opened, by what was answered so far."""

from __future__ import annotations

from typing import Any

import pytest

from screening.journey import Journey
from tests.screening.intakes import PROTOCOL, facts_with

PAGES = PROTOCOL.pages
PARTS = [part.id for part in PROTOCOL.parts]


def journey(*visited: str, **changes: Any) -> Journey:
    return Journey(facts_with(**changes), frozenset(visited))


def told(walk: Journey) -> list[str]:
    return [state for _, state in walk.progress()]


def test_a_page_is_asked_when_one_of_its_questions_is() -> None:
    usual, female = journey(), journey(sex_birth="female")
    assert "more-body" not in [page.id for page in usual.pages]
    assert [page.id for page in female.pages if page not in usual.pages] == ["more-body", "more-mind-2"]
    assert usual.questions_on(PAGES["more-body"]) == ()
    assert female.questions_on(PAGES["more-body"]) == PAGES["more-body"].questions
    assert [page.id for page in usual.pages_of(PROTOCOL.parts[0])] == ["right-now", "body-today", "who-and-where"]


def test_a_page_is_done_when_what_it_needs_is_answered_and_one_that_may_stay_empty_was_saved() -> None:
    assert journey().is_done(PAGES["right-now"])
    assert not journey(safe_now=None).is_done(PAGES["right-now"])
    assert not journey("right-now", safe_now=None).is_done(PAGES["right-now"])
    assert not journey("right-now", safe_now="perhaps").is_done(PAGES["right-now"])
    assert not journey().is_done(PAGES["name-and-contact"])
    assert journey("name-and-contact").is_done(PAGES["name-and-contact"])
    assert not journey().is_done(PAGES["hopes"])
    assert journey("hopes").is_done(PAGES["hopes"])


def test_a_list_of_medicines_is_done_when_it_was_saved() -> None:
    assert [journey(*saved, med_none="takes").is_done(PAGES["list"]) for saved in ((), ("list",))] == [False, True]


def test_a_page_may_be_opened_when_every_page_before_it_is_done() -> None:
    walk = journey()
    assert walk.first_open() == PAGES["name-and-contact"]
    assert [walk.may_visit(PAGES[page]) for page in ("right-now", "name-and-contact", "reason")] == [True, True, False]
    assert not journey(*PAGES).may_visit(PAGES["more-body"])
    assert journey(*PAGES).may_visit(PAGES["sign"])
    assert journey(*PAGES).first_open() is None


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("right-now", None, "body-today"),
        ("reason", "name-and-contact", "support"),
        ("more-reason", "reason", "support"),
        ("support", "reason", "heart"),
        ("sign", "hopes", None),
    ],
)
def test_the_next_page_and_the_one_before_are_those_that_are_shown(
    page: str, before: str | None, after: str | None
) -> None:
    walk = journey()
    assert walk.before(PAGES[page]) == (before and PAGES[before])
    assert walk.after(PAGES[page]) == (after and PAGES[after])


def test_a_part_can_be_begun_when_those_before_it_are_done() -> None:
    assert told(journey(*PAGES)) == ["done"] * len(PARTS)
    assert told(journey()) == ["done", "not started", *["cannot start"] * (len(PARTS) - 2)]
    assert told(journey("name-and-contact"))[:3] == ["done", "in progress", "cannot start"]
    assert [part.id for part, _ in journey().progress()] == PARTS
