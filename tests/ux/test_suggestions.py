"""Names of medicines are suggested while somebody types: chosen by hand or key, never for them, and told to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.ux.conftest import Pages
from tests.ux.screen import EVERY_RULE, Screen
from tests.ux.states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NAMES = "/intake/medicines/names/"
ADD = next(state for state in STATES if str(state) == "intake:add_medicine plain")


@pytest.fixture(scope="module")
def names() -> bytes:
    """The list as our server sends it to anybody."""
    return bytes(Client().get(NAMES).content)


@pytest.fixture(scope="module")
def screen(browser: Browser, show: Pages, names: bytes) -> Iterator[Screen]:
    """The page on which a medicine is added, on a phone."""
    made = Screen(browser)
    made.page.route(f"**{NAMES}", lambda route: route.fulfill(body=names, content_type="application/json"))
    made.shows(show(ADD), width=390)
    yield made
    made.close()


@pytest.fixture
def typed(screen: Screen) -> Iterator[Page]:
    """Somebody typed the first letters of a name."""
    box = screen.page.get_by_role("combobox", name="Name of the medicine")
    box.fill("")
    box.press_sequentially("lexa")
    expect(screen.page.get_by_role("option")).to_have_text(["Lexapro"])
    yield screen.page
    box.press("Escape")


def value(page: Page) -> str:
    return page.get_by_role("combobox").input_value()


def test_nothing_is_chosen_for_them(typed: Page) -> None:
    assert value(typed) == "lexa"
    assert typed.get_by_role("combobox").get_attribute("aria-activedescendant") is None
    expect(typed.get_by_role("status").filter(has_text="suggestion")).to_have_text("1 suggestion")


def test_the_keys_choose_one(typed: Page) -> None:
    typed.keyboard.press("ArrowDown")
    chosen = typed.get_by_role("option", selected=True)
    expect(typed.get_by_role("combobox")).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    typed.keyboard.press("Enter")

    expect(typed.get_by_role("option")).to_have_count(0)
    assert value(typed) == "Lexapro"


def test_a_finger_chooses_one_and_the_field_keeps_its_focus(typed: Page) -> None:
    typed.get_by_role("option").click()

    expect(typed.get_by_role("combobox")).to_be_focused()
    assert value(typed) == "Lexapro"


@pytest.mark.parametrize("key", ["Escape", "Tab"])
def test_closing_the_list_leaves_what_was_typed(typed: Page, key: str) -> None:
    typed.keyboard.press(key)

    expect(typed.get_by_role("option")).to_have_count(0)
    assert value(typed) == "lexa"


def test_enter_on_what_was_typed_sends_it(typed: Page) -> None:
    sent = "addEventListener('submit', (event) => { event.preventDefault(); window.sent = true; }, {once: true})"
    typed.evaluate(sent)
    typed.keyboard.press("Enter")

    assert typed.evaluate("window.sent") is True
    assert value(typed) == "lexa"


def test_at_most_eight_are_shown_those_that_begin_so_first(screen: Screen) -> None:
    screen.page.get_by_role("combobox").fill("am")
    options = screen.page.get_by_role("option")
    expect(options).to_have_count(8)

    assert all(text.lower().startswith("am") for text in options.all_text_contents())


def test_the_open_list_can_be_used_by_everybody(typed: Page, screen: Screen) -> None:
    assert screen.axe(EVERY_RULE) == []
    assert typed.get_by_role("option").bounding_box()["height"] >= 44  # type: ignore[index]


def test_the_list_is_one_for_all_and_holds_every_name(names: bytes) -> None:
    known = json.loads(names)
    answer = Client().get(NAMES, headers={"accept-encoding": "gzip"})

    assert {"Lexapro", "escitalopram"} <= set(known)
    assert len(known) == len(set(known))
    assert len(answer.content) < 15 * 1024
    assert not answer.cookies
