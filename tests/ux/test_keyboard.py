"""The whole form by keyboard alone, with JavaScript and without; and back, two tabs, pressing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic.intake.models import Intake, ScreeningRecord
from tests.journeys.persons import go_on
from tests.ux.keyboard import MOST_STOPS, Keyboard
from tests.ux.personas import MAYA
from tests.ux.visitor import PROTOCOL, unsure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_PAGES = 60
FIRST = "/intake/check/1/"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def window(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A window of a laptop, with JavaScript and without."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, java_script_enabled=request.param, base_url=live_server.url
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def test_the_whole_form_by_keyboard_alone(window: BrowserContext) -> None:
    hands = Keyboard(window.new_page())
    hands.opens("/intake/start/")
    hands.finds(text="Start")
    hands.goes_on()
    hands.finds(tag="A", text="Continue with “Check you can use this service”")
    hands.goes_on()
    for _ in range(MOST_PAGES):
        if hands.path == "/intake/check/":
            break
        _fill_in(hands)
    hands.finds(text="Go on to sign")
    hands.goes_on()
    _fill_in(hands)

    assert hands.path == "/my/"
    assert ScreeningRecord.objects.get().outcome == MAYA.outcome
    assert hands.hidden == []


def _fill_in(hands: Keyboard) -> None:
    """Answer what has no answer yet, stop by stop, and press the button of the form."""
    before = hands.path
    hands.skips_to_main()
    for _ in range(MOST_STOPS):
        at = hands.tab()
        if at["tag"] == "BUTTON" and at["form"] == "post":
            break
        if at["tag"] == "A" and at["text"] == "Add a medicine":
            hands.goes_on()
            return _add_a_medicine(hands)
        answer = _answer_to(at)
        if answer not in (None, "", []):
            hands.chooses(at, answer)
    hands.goes_on()
    assert hands.path != before, f"{before} did not go on"
    return None


def _answer_to(at: dict[str, Any]) -> Any:
    name, _, part = at["name"].rpartition("_")
    if at["name"] == "signature":
        return MAYA.says("legal_name")
    if part in ("month", "day", "year") and name in PROTOCOL.questions:
        answer = _said(name) or ""
        return str(answer).split("-")[("year", "month", "day").index(part)] if answer else ""
    question = PROTOCOL.questions.get(at["name"])
    if question is None:
        return None
    answer = _said(question.id)
    if answer is None and question.required:
        answer = unsure(question)
    if question.unit in ("cm", "kg") and answer is not None:
        return f"{answer} {question.unit}"
    return "yes" if question.kind == "checkbox" and question.required else answer


def _said(name: str) -> Any:
    """What Maya says; she measured her blood pressure five days ago, whatever day it is."""
    return (timezone.localdate() - timedelta(days=5)).isoformat() if name == "bp_date" else MAYA.says(name)


def _add_a_medicine(hands: Keyboard) -> None:
    """The first medicine of the list; then "That is all of them" is the only button."""
    hands.skips_to_main()
    hands.finds(name="name")
    hands.types("ibuprofen")
    hands.chooses(hands.finds(name="status"), "taking")
    hands.finds(text="Save this medicine")
    hands.goes_on()
    hands.skips_to_main()
    hands.finds(text="That is all of them")
    hands.goes_on()


@pytest.fixture
def begun(window: BrowserContext) -> Page:
    """The first page of the form."""
    page = window.new_page()
    page.goto("/intake/start/")
    go_on(page.get_by_role("button", name="Start"))
    page.goto(FIRST)
    return page


def _is_safe(page: Page) -> None:
    page.locator("[name=safe_now][value=yes]").check()
    go_on(page.get_by_role("button", name="Continue"))


def test_the_back_button_shows_the_answer_and_it_can_be_sent_again(begun: Page) -> None:
    _is_safe(begun)
    begun.go_back()
    expect(begun.locator("[name=safe_now][value=yes]")).to_be_checked()
    _is_safe(begun)

    expect(begun).to_have_url(re.compile("/intake/check/2/$"))
    assert Intake.objects.get().answers == {"safe_now": "yes"}


def test_of_two_tabs_the_last_word_of_each_question_counts(begun: Page, window: BrowserContext) -> None:
    other = window.new_page()
    other.goto(FIRST)
    _is_safe(begun)
    other.locator("[name=safe_now][value=no]").check()
    go_on(other.get_by_role("button", name="Continue"))

    expect(other).to_have_url(re.compile("/intake/help/$"))
    assert Intake.objects.get().answers == {"safe_now": "no"}
    begun.goto("/intake/")
    expect(begun.get_by_role("heading", name="You told us you may need help")).to_be_visible()


def test_pressing_start_in_two_tabs_makes_one_form(begun: Page, window: BrowserContext) -> None:
    other = window.new_page()
    other.goto("/intake/start/")
    go_on(other.get_by_role("button", name="Carry on"))

    assert Intake.objects.count() == 1


def test_pressing_twice_sends_once(begun: Page) -> None:
    begun.locator("[name=safe_now][value=yes]").check()
    begun.get_by_role("button", name="Continue").dblclick(no_wait_after=True)
    begun.wait_for_url("**/intake/check/2/")

    assert Intake.objects.get().answers == {"safe_now": "yes"}
    expect(begun.locator("#error-summary")).to_have_count(0)
