"""Pictures of every patient page in every state, at 390 and 1280 points, light and dark: `make pictures`, then look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from clinic.onebox import places
from tests.ux.conftest import Pages
from tests.ux.screen import Screen
from tests.ux.states import STATES

WIDTHS = (390, 1280)
THEMES = ("light", "dark")


@pytest.mark.django_db
def test_take_them(browser: Browser, show: Pages) -> None:
    folder = places.var_dir().parent / "pictures"
    folder.mkdir(exist_ok=True)
    screen = Screen(browser)
    for state in STATES:
        name = re.sub(r"[^a-z0-9]+", "-", str(state).lower())
        for width in WIDTHS:
            for theme in THEMES:
                screen.shows(show(state), width=width, height=900, theme=theme)
                screen.page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
    screen.close()
    print(f"{len(STATES) * len(WIDTHS) * len(THEMES)} pictures in {folder}")
