"""Every patient page in every state, on every screen of the budget, in both themes, measured in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.ux.budget import BUDGET
from tests.ux.conftest import Pages
from tests.ux.screen import RULES_OF_COLOR, STRUCTURE, TEXT_SPACING, TWICE_THE_TEXT, Screen
from tests.ux.shown import Shown, file_bytes
from tests.ux.states import STATES, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NARROW, PHONE, WIDE = BUDGET["screens"]["widths"]
LEAST = BUDGET["targets"]["patient"]
RESTYLED = {
    NARROW: {"as it is": "", "spaced text": TEXT_SPACING},
    PHONE: {"as it is": "", "spaced text": TEXT_SPACING, "text twice as large": TWICE_THE_TEXT},
    WIDE: {"as it is": "", "text twice as large": TWICE_THE_TEXT},
}
"""1280 points at a zoom of 400 % are 320; text twice as large on the narrowest screen is asked of nobody."""
LOOKS = ((WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light"))
"""A theme changes colors and nothing else, and all states of a page have the same frame: what only a wide screen has,
such as the menu, is asked about in the first of them, with every color; else the narrow screen in the light, and colors
that were nowhere before. Working out a contrast is most of what axe does, and most pages bring no new one."""
FIRST_OF_EACH_PAGE = frozenset({state.url_name: state for state in reversed(STATES)}.values())
STYLES = ("calm.css", "progress.css", "booking.css", "public.css", "urgent.css")


@pytest.fixture(scope="module")
def screen(browser: Browser) -> Iterator[Screen]:
    """One page of the browser for all of them."""
    made = Screen(browser)
    yield made
    made.close()


@pytest.mark.parametrize("state", STATES, ids=str)
def test_it_fits_can_be_read_and_can_be_pressed(screen: Screen, show: Pages, state: State) -> None:
    assert list(wrong_with(screen, show(state))) == []


def wrong_with(screen: Screen, shown: Shown) -> Iterator[str]:
    """What is wrong with a page in the browser, in words."""
    screen.shows(shown, width=PHONE)
    yield from _layout(screen)
    yield from _focus(screen)
    yield from _axe(screen)


def _layout(screen: Screen) -> Iterator[str]:
    if _moves(screen) and screen.shown:
        screen.shows(screen.shown, width=PHONE)
        if _moves(screen):  # what moves by itself moves each time; a busy machine may bring our letters late once
            yield "moves while it loads"
    for width in (PHONE, WIDE, NARROW):
        screen.looks(width=width)
        yield from (f"{each}, at {width}" for each in screen.ask("layout", LEAST, RESTYLED[width]))


def _moves(screen: Screen) -> bool:
    return bool(screen.ask("shift") > BUDGET["speed"]["layout_shift"])


def _focus(screen: Screen) -> Iterator[str]:
    """With JavaScript the error summary has focus, and each of its links moves it to the field."""
    links = screen.page.locator("#error-summary a")
    if links.count() and screen.page.evaluate("document.activeElement.id") != "error-summary":
        yield "the error summary has no focus"
    for link in links.all():
        link.focus()
        screen.page.keyboard.press("Enter")
        target = str(link.get_attribute("href"))[1:]
        if screen.page.evaluate("document.activeElement.id") != target:
            yield f"its link does not lead to {target}"


def _axe(screen: Screen) -> Iterator[str]:
    is_first = bool(screen.shown and screen.shown.state in FIRST_OF_EACH_PAGE)
    for width, theme in LOOKS if is_first else LOOKS[2:]:
        screen.looks(width=width, theme=theme)
        if screen.has_new_colors() or width == WIDE:
            yield from (f"{each} at {width}, {theme}" for each in screen.axe(RULES_OF_COLOR))
        if theme == "light":
            yield from (f"{each} at {width}, {theme}" for each in screen.axe(STRUCTURE))


@pytest.mark.parametrize("name", STYLES)
def test_the_dark_theme_changes_colors_and_nothing_else(name: str) -> None:
    css = file_bytes(f"/static/{name}").decode()
    for block in re.findall(r"@media \(prefers-color-scheme:dark\)\{(.*?\})\s*\}", css, re.DOTALL):
        properties = re.findall(r"([\w-]+)\s*:(?!root)", re.sub(r"/\*.*?\*/", "", block).replace(":root", ""))
        assert [each for each in properties if not re.match("--|color|background|border-color|fill|stroke", each)] == []
