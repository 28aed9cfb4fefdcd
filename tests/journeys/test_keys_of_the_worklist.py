"""The keys of the worklist in Chromium: nothing while they are off, and only in the table while they are on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from clinic.accounts.models import User
from clinic.reviews.keys_actions import set_keys
from clinic.reviews.keys_models import USUAL
from clinic.reviews.models import Waiting
from tests import sign_in
from tests.clinic.reviews import records

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def osei(transactional_db: Any) -> User:
    return records.clinician()


@pytest.fixture
def page(browser: Browser, live_server: Any, osei: User) -> Iterator[Page]:
    """The worklist as they have it, with two rows and JavaScript."""
    records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    context.set_default_timeout(15_000)
    name = settings.SESSION_COOKIE_NAME
    cookie = sign_in.signed_in(osei).cookies[name].value
    context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    shown = context.new_page()
    shown.goto(live_server.url + reverse("staff:worklist"))
    yield shown
    context.close()


def test_keys_work_for_who_turned_them_on_and_only_in_the_table(page: Page, osei: User) -> None:
    rows = page.locator(".rowlink")
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_be_focused()

    set_keys(are_on=True, keys=USUAL | {"below": "j"}, by=osei.actor)
    page.reload()
    expect(page.locator("#keys")).to_be_visible()
    page.locator(".filters select").first.focus()
    page.keyboard.press("j")
    expect(page.locator(".filters select").first).to_be_focused()

    rows.nth(0).focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_text("Change the keys, or turn them off")).to_be_visible()
    rows.nth(0).focus()
    page.keyboard.press("/")
    expect(page.locator(".filters select").first).to_be_focused()

    rows.nth(1).focus()
    page.keyboard.press("c")
    expect(page.get_by_text("You claimed 1.")).to_be_visible()
    expect(rows.nth(1)).to_be_focused()
    claimed = Waiting.objects.get(owner=osei).record.intake.reference
    expect(rows.nth(1)).to_have_id(f"at-{claimed}")

    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('staff:review', args=[claimed])}")
