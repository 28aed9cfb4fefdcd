"""Help in a browser: three ways on the first screen of a phone, also without a network, and a quick way out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from clinic.intake.models import Intake
from tests.clinic.intake.conftest import NOW, fill, let_in, nudges, submit
from tests.journeys.test_accessibility import enter

__all__ = ["fill", "let_in", "nudges", "submit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAYS = ("Call 988", "Text 988", "Chat online")
KEPT = """async () => {
  const names = await caches.keys();
  const kept = [];
  for (const name of names) kept.push(...await (await caches.open(name)).keys());
  return kept.map(each => new URL(each.url).pathname);
}"""


@pytest.fixture
def flagged(fill: Any, submit: Any, let_in: Callable[[Intake], Client]) -> tuple[Intake, Client]:
    """Somebody who is not safe, and whose form was sent."""
    intake = fill("V027")
    submit(intake)
    Intake.objects.filter(pk=intake.pk).update(safety_raised_at=NOW, safety_priority="P0")
    return intake, let_in(intake)


@pytest.fixture
def modern(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A phone with JavaScript and service workers."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def below_the_fold(page: Page, names: tuple[str, ...]) -> dict[str, float]:
    """Which of these links of the page itself end below the first screen, with where they end."""
    ends = {}
    for name in names:
        box = page.locator("main").get_by_role("link", name=name, exact=True).first.bounding_box()
        assert box is not None, name
        assert box["height"] >= 44, name
        if box["y"] + box["height"] > 844:
            ends[name] = box["y"] + box["height"]
    return ends


@pytest.mark.parametrize("path", ["/help-now/", "/intake/help/", "/my/"])
def test_all_three_ways_are_on_the_first_screen(
    phone: BrowserContext, live_server: Any, flagged: tuple[Intake, Client], path: str
) -> None:
    enter(phone, flagged[1])
    page = phone.new_page()
    page.goto(live_server.url + path)

    assert below_the_fold(page, WAYS) == {}


def becomes_true(page: Page, what: str, seconds: float = 20) -> None:
    """Ask until it is so; `wait_for_function` may ask but once where the page forbids `eval`."""
    until = time.monotonic() + seconds
    while not page.evaluate(what):
        assert time.monotonic() < until, what
        page.wait_for_timeout(50)


def ready(page: Page) -> None:
    """Wait until the worker is in charge of the page."""
    page.goto("/help-now/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    becomes_true(page, "() => navigator.serviceWorker.controller !== null")


def test_without_a_network_help_opens_and_every_other_page_says_so(
    modern: BrowserContext, flagged: tuple[Intake, Client]
) -> None:
    enter(modern, flagged[1])
    page = modern.new_page()
    ready(page)
    modern.set_offline(True)

    page.goto("/help-now/")
    assert page.locator("h1").inner_text() == "You can talk to someone now"
    assert below_the_fold(page, WAYS) == {}
    assert page.evaluate("getComputedStyle(document.querySelector('.call')).color") == "rgb(246, 248, 243)"
    page.goto("/my/")
    assert page.locator("h1").inner_text() == "You are offline."
    assert "Your last answer may not be saved. You can still call 988." in page.locator("main").inner_text()


def test_a_page_that_was_read_is_never_kept(modern: BrowserContext, flagged: tuple[Intake, Client]) -> None:
    enter(modern, flagged[1])
    page = modern.new_page()
    ready(page)
    for path in ("/my/", "/my/agreements/", "/intake/help/", "/"):
        page.goto(path)

    assert sorted(page.evaluate(KEPT)) == [
        "/help-now/",
        "/offline/",
        "/static/calm.css",
        "/static/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "/static/urgent.css",
    ]


def test_a_form_that_is_sent_without_a_network_says_that_it_may_not_be_saved(
    modern: BrowserContext, fill: Any, let_in: Callable[[Intake], Client]
) -> None:
    intake = fill("V000")
    enter(modern, let_in(intake))
    page = modern.new_page()
    ready(page)
    page.goto("/intake/check/1/")
    modern.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("text=You are offline.")
    modern.set_offline(False)
    page.get_by_role("link", name="Try again").click()

    page.wait_for_selector("text=Are you safe right now")


def test_switched_off_it_takes_back_what_was_kept(modern: BrowserContext, settings: Any) -> None:
    page = modern.new_page()
    ready(page)
    assert page.evaluate(KEPT)
    settings.OFFLINE_HELP = False
    page.goto("/help-now/")
    page.evaluate("navigator.serviceWorker.getRegistration().then(each => each && each.update())")
    becomes_true(page, "async () => !(await navigator.serviceWorker.getRegistration())")

    becomes_true(page, f"async () => (await ({KEPT})()).length === 0")


def test_shift_three_times_ends_the_visit_and_leaves_no_step_back(
    modern: BrowserContext, flagged: tuple[Intake, Client], settings: Any, live_server: Any
) -> None:
    settings.LEAVE_URL = f"{live_server.url}/healthz"
    enter(modern, flagged[1])
    page = modern.new_page()
    page.goto("/my/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/healthz")
    page.go_back()

    assert "/my/" not in page.url
    page.goto("/my/")
    assert page.url.endswith("/resume/"), "the visit is over"


def test_switched_off_there_is_no_button_and_the_key_does_nothing(
    modern: BrowserContext, flagged: tuple[Intake, Client], settings: Any
) -> None:
    settings.LEAVE_QUICKLY = False
    enter(modern, flagged[1])
    page = modern.new_page()
    page.goto("/my/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_timeout(300)

    assert page.locator("a.leave").count() == 0
    assert page.url.endswith("/my/")
