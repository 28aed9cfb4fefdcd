"""What measures the pages finds what is wrong with one: a page spoiled on purpose, in one way for each claim."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.ux.conftest import Pages
from tests.ux.screen import Screen, with_our_font
from tests.ux.shown import file_bytes
from tests.ux.states import STATES
from tests.ux.test_screens import NARROW, PHONE, WIDE, wrong_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SPOILED = """
<style>
  @media (max-width: 340px) {.wide {width: 500px}}
  @media (min-width: 1000px) {.washed-out {color: #ccc; background: #fff}}
  @media (prefers-color-scheme: dark) {.pale {color: #444; background: #333}}
  .in-lines {height: 1.3em; line-height: 1.2; overflow: hidden}
  .in-points {height: 30px; overflow: hidden}
</style>
<a class="tiny" href="/law/" style="display: block; width: 9px; height: 9px">tiny</a>
<div class="wide">wide</div>
<div class="in-lines">spaced</div>
<div class="in-points">twice as large</div>
<p class="pale">pale in the dark</p>
<p class="washed-out">pale when it is wide</p>
<input id="nameless">
<div id="error-summary"><a href="#nowhere">an error</a></div>
</main>"""

ALWAYS_OURS = with_our_font(file_bytes("/static/calm.css")).replace(b"font-display:optional", b"").decode()
AS_WIDE = '"As wide, Roboto","As wide, Arial","As wide, DejaVu"'
WHERE_THINGS_ARE = "[...document.querySelectorAll('main *')].map(each => each.getBoundingClientRect().top)"
ONE_LINE = 32
"""Points. Which letters a machine has decides whether a line breaks elsewhere. Unscaled, things move by 442."""


def test_each_fault_is_found_where_it_is_also_on_a_page_that_was_well_before(browser: Browser, show: Pages) -> None:
    screen = Screen(browser)
    page = show(next(state for state in STATES if str(state) == "pages:law plain"))
    assert list(wrong_with(screen, page)) == []
    found = list(wrong_with(screen, replace(page, html=page.html.replace("</main>", SPOILED))))
    screen.close()

    assert [expected for expected in (
        f"small: A tiny 9x9, at {PHONE}",
        f"scrolls sideways, as it is: DIV.wide wide, at {NARROW}",
        f'cut off, spaced text: <div class="in-lines">spaced</div>, at {PHONE}',
        f'cut off, text twice as large: <div class="in-points">twice as large</div>, at {WIDE}',
        "the error summary has no focus",
        "its link does not lead to nowhere",
    ) if expected not in found] == []  # fmt: skip
    assert _where(found, "color-contrast", ".pale") == {f"{WIDE}, dark"}, "nothing looks new when it is narrow"
    assert f"{WIDE}, light" in _where(found, "color-contrast", ".washed-out")
    assert _where(found, "label", "#nameless") == {f"{NARROW}, light", f"{WIDE}, light"}


def _where(found: list[str], rule: str, part: str) -> set[str]:
    """The looks in which axe finds a rule broken by a part of the page."""
    return {each.rpartition(" at ")[2] for each in found if each.startswith(f"{rule}:") and part in each}


def test_no_more_than_a_line_moves_when_our_letters_come(browser: Browser, show: Pages) -> None:
    screen = Screen(browser)
    page = screen.shows(show(next(state for state in STATES if str(state) == "intake:page mood plain")), width=PHONE)
    page.add_style_tag(content=ALWAYS_OURS)
    page.evaluate("document.fonts.ready.then(() => true)")
    ours = page.evaluate(WHERE_THINGS_ARE)
    page.add_style_tag(content=f":root{{--font:{AS_WIDE}}}")
    page.evaluate("document.fonts.ready.then(() => true)")
    own = page.evaluate(WHERE_THINGS_ARE)
    letters = page.evaluate("[...document.fonts].filter(each => each.status === 'loaded').map(each => each.family)")
    screen.close()

    assert any(name.startswith("As wide") for name in letters), "none of the letters that stand in for ours is here"
    assert max(abs(before - after) for before, after in zip(ours, own, strict=True)) <= ONE_LINE
