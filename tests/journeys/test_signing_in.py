"""Signing in as people do: by app without JavaScript, by a real passkey, and back after the lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from tests.journeys.persons import go_on
from tests.sign_in import PASSWORD, code_for, code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL = "luis@example.test"


@pytest.fixture
def luis(transactional_db: Any) -> User:
    return User.objects.create_user(EMAIL, name="Luis Ortega", role=Role.SCHEDULER, password=PASSWORD)


@pytest.fixture
def with_passkeys(browser: Browser) -> Iterator[Page]:
    """A browser with JavaScript and a key that says yes."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def type_password(page: Page, site: str, path: str = "/staff/") -> None:
    page.goto(f"{site}{path}")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_app_is_set_up_and_used_without_javascript(live_server: Any, phone: BrowserContext, luis: User) -> None:
    page = phone.new_page()
    type_password(page, live_server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second step")
    page.get_by_role("link", name="Use an app on my phone").click()
    secret = page.locator(".secret").text_content() or ""
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a time")

    page.get_by_role("button", name="Sign out").click()
    type_password(page, live_server.url, "/staff/calendar/")
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(f"{live_server.url}/staff/calendar/")


def test_a_passkey_without_javascript_says_so(live_server: Any, phone: BrowserContext, luis: User) -> None:
    page = phone.new_page()
    type_password(page, live_server.url)
    page.get_by_role("link", name="Use a passkey").click()

    expect(page.get_by_text("A passkey needs JavaScript, which is off here.")).to_be_visible()
    expect(page.get_by_role("button", name="Make the passkey")).to_be_hidden()


def test_a_passkey_is_made_and_then_lets_in(live_server: Any, with_passkeys: Page, luis: User) -> None:
    page = with_passkeys
    problems: list[str] = []
    page.on("console", lambda each: problems.append(each.text) if each.type == "error" else None)
    type_password(page, live_server.url)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    assert factors.in_words([luis.pk])[luis.pk] == "1 passkey, 10 recovery codes left"

    page.get_by_role("button", name="Sign out").click()
    type_password(page, live_server.url, "/staff/calendar/")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page).to_have_url(f"{live_server.url}/staff/calendar/")
    assert problems == []


def test_a_lock_leads_back_to_the_page(live_server: Any, laptop: BrowserContext, luis: User) -> None:
    factors.give_app(luis)
    page = laptop.new_page()
    type_password(page, live_server.url)
    page.get_by_label("Code").fill(code_of(luis))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a time")
    _let_time_pass()

    page.goto(f"{live_server.url}/staff/calendar/?day=2026-12-01")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is locked")
    assert page.url.endswith("/staff/calendar/?day=2026-12-01")
    assert page.get_by_label("Email").input_value() == EMAIL
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code_of(luis, steps_ahead=1))
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(f"{live_server.url}/staff/calendar/?day=2026-12-01")


def test_a_page_on_which_somebody_typed_is_covered_and_keeps_what_was_typed(
    live_server: Any, browser: Browser, luis: User
) -> None:
    luis.role = Role.ADMINISTRATOR
    luis.save()
    factors.give_app(luis)
    context = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.clock.install()
    type_password(page, live_server.url)
    page.get_by_label("Code").fill(code_of(luis))
    go_on(page.get_by_role("button", name="Go on"))
    page.goto(f"{live_server.url}/staff/people/invite/")
    page.get_by_label("Their work email").fill("new@example.test")
    page.clock.fast_forward("15:20")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is locked")
    expect(page.get_by_label("Their work email")).to_be_hidden()
    _let_time_pass()

    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_label("Their work email")).to_be_hidden()
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again, in a new tab").click()
    other = opened.value
    other.get_by_label("Email").fill(EMAIL)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.get_by_label("Code").fill(code_of(luis, steps_ahead=1))
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("People")
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_label("Their work email")).to_have_value("new@example.test")
    page.get_by_label("Scheduler").check()
    page.get_by_role("button", name="Send the invitation").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("new@example.test")
    context.close()


def test_a_page_that_nobody_uses_locks_by_itself(live_server: Any, browser: Browser, luis: User) -> None:
    factors.give_app(luis)
    context = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.clock.install()
    type_password(page, live_server.url)
    page.get_by_label("Code").fill(code_of(luis))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a time")
    page.wait_for_load_state()  # the clock of the page starts with its script
    _let_time_pass()

    page.clock.fast_forward("15:20")

    expect(page.get_by_role("heading", level=1)).to_have_text("This page is locked")
    context.close()


def _let_time_pass() -> None:
    """Set the clocks of every session back by 16 minutes."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        if "staff_seen" in session:
            session["staff_seen"] -= 16 * 60
            session.save()
