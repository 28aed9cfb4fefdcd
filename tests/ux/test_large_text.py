"""In letters twice as large the task list has one column, and on the narrowest screen no time is broken in two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator

from tests.ux.conftest import Pages
from tests.ux.screen import TWICE_THE_TEXT, Screen
from tests.ux.states import STATES, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def screen(browser: Browser) -> Iterator[Screen]:
    """One page of the browser for all of them."""
    made = Screen(browser)
    yield made
    made.close()


def state(name: str) -> State:
    return next(each for each in STATES if str(each) == name)


def is_beside(row: Locator) -> bool:
    """True when how far a part is stands beside its name, and not below it."""
    name, how_far = row.locator(".h").bounding_box(), row.locator(".st").bounding_box()
    assert name is not None
    assert how_far is not None
    return how_far["x"] >= name["x"] + name["width"]


def test_the_task_list_has_one_column_where_two_would_be_too_narrow(screen: Screen, show: Pages) -> None:
    page = screen.shows(show(state("intake:tasks half way")), width=390)
    rows = page.locator(".tasks li")

    assert all(is_beside(row) for row in rows.all())
    page.add_style_tag(content=TWICE_THE_TEXT)
    assert not any(is_beside(row) for row in rows.all())


def test_a_time_is_not_broken_in_two_on_the_narrowest_screen(screen: Screen, show: Pages) -> None:
    page = screen.shows(show(state("booking:choose plain")), width=320)
    heights = {round(box["height"]) for slot in page.locator(".slot").all() if (box := slot.bounding_box())}

    assert page.get_by_text("12:00 pm", exact=True).count() == 1
    assert len(heights) == 1
