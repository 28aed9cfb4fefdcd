"""Who writes a long answer sees how many letters are left, and loses none of those that are too many."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.ux.conftest import Pages
from tests.ux.screen import Screen
from tests.ux.states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
LONG = next(state for state in STATES if str(state) == "intake:page support plain")


def test_the_letters_that_are_left_are_counted_and_none_is_cut_off(browser: Browser, show: Pages) -> None:
    screen = Screen(browser)
    area = screen.shows(show(LONG), width=390).locator("textarea").first
    count = area.locator("xpath=following-sibling::p[1]")
    expect(count).to_have_text("")

    area.fill("Sleep")
    expect(count).to_have_text("3,995 letters left")
    area.fill("x" * 4_002)
    expect(count).to_have_text("2 letters too many")
    expect(area.locator("xpath=following-sibling::p[@role='status']")).to_have_text("2 letters too many")

    assert len(area.input_value()) == 4_002
    screen.close()
