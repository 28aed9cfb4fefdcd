"""On paper, and in colors of somebody's own: what was chosen shows, nothing is cut off, and help fits one sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.ux.conftest import Pages
from tests.ux.screen import Screen
from tests.ux.states import STATES, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
CHOSEN = "intake:page none and another"
TO_PRINT = (
    "intake:answers plain",
    "my:agreements plain",
    "booking:done plain",
    "my:message plain",
    "my:data_page plain",
)
ONE_SHEET = ("pages:help_now plain", "booking:done plain")
CHROME = ".site, .foot, .btns, .crumb, .leave"
SHEET = {"width": 720, "height": 1000}


@pytest.fixture(scope="module")
def screen(browser: Browser) -> Iterator[Screen]:
    """One page of the browser for all of them."""
    made = Screen(browser)
    yield made
    made.close()


def state(name: str) -> State:
    return next(each for each in STATES if str(each) == name)


@pytest.mark.parametrize("look", [{"media": "print"}, {"forced_colors": "active"}], ids=["paper", "own colors"])
def test_what_was_chosen_looks_chosen(screen: Screen, show: Pages, look: dict[str, Any]) -> None:
    screen.shows(show(state(CHOSEN)), width=720)
    screen.page.emulate_media(**look)
    boxes = screen.page.locator(".choice input")
    ticked, left = boxes.and_(screen.page.locator(":checked")), boxes.and_(screen.page.locator(":not(:checked)"))
    appearance = "each => getComputedStyle(each).appearance"

    assert ticked.first.screenshot() != left.first.screenshot()
    assert ticked.first.evaluate(appearance) == left.first.evaluate(appearance) == "auto"
    screen.page.emulate_media(media="screen", forced_colors="none")


@pytest.mark.parametrize("name", TO_PRINT)
def test_a_printed_page_has_no_chrome_and_nothing_is_cut_off(screen: Screen, show: Pages, name: str) -> None:
    screen.shows(show(state(name)), **SHEET)
    screen.page.emulate_media(media="print")
    chrome = [each.get_attribute("class") for each in screen.page.locator(CHROME).all() if each.is_visible()]
    found = (chrome, screen.ask("clipped"), max(0, screen.ask("sideways")))
    screen.page.emulate_media(media="screen")

    assert found == ([], [], 0)


@pytest.mark.parametrize("name", ONE_SHEET)
def test_it_prints_on_one_sheet(screen: Screen, show: Pages, name: str) -> None:
    screen.shows(show(state(name)), **SHEET)
    screen.page.emulate_media(media="print")
    sheets = re.findall(rb"/Type\s*/Page\b(?!s)", screen.page.pdf(format="Letter"))

    assert len(sheets) == 1
