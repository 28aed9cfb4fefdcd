"""The reading grade beside words that are being written: in Chromium, the same figure as the server works out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from clinic.accounts.models import User
from clinic.reviews.reading import reading
from tests import sign_in
from tests.clinic.reviews import records

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
EASY = "We read your form. Please call us on Friday. Bring the list of your medicines."
HARD = "Notwithstanding contraindications previously enumerated, pharmacological compatibility necessitates evaluation."
OTHERS = (
    "One",
    "Take 2.5 mg at 8 p.m. Don\u2019t stop! Why? Because it\u2019s safe",
    "caf\u00e9 na\u00efve yes yellowed the loved cities rhythm",
    "...\n\nSee you.\n\nAda",
    "1,000 \u2013 200",
)


@pytest.fixture
def osei(transactional_db: Any) -> User:
    return records.clinician()


@pytest.fixture
def page(browser: Browser, live_server: Any, osei: User) -> Iterator[Page]:
    """A review with the words to the patient open, with JavaScript."""
    record = records.sealed(records.STOP)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    context.set_default_timeout(15_000)
    name = settings.SESSION_COOKIE_NAME
    cookie = sign_in.signed_in(osei).cookies[name].value
    context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    shown = context.new_page()
    shown.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))
    shown.get_by_text("Conditions, last day, words to the patient").click()
    yield shown
    context.close()


def test_the_grade_while_writing_is_that_of_the_server(page: Page) -> None:
    field, said = page.locator("#d_words_to_patient"), page.locator(".reads")
    expect(said).to_be_hidden()

    for text in (EASY, HARD, *OTHERS):
        field.fill(text)
        reads = reading(text)
        hard = ", hard to read: 8 or less is easy" if reads.is_hard else ""
        expect(said).to_have_text(f"Reading grade {reads.grade}{hard}. {reads.length} of 1000 characters.")
    assert reading(HARD).is_hard
    assert not reading(EASY).is_hard

    field.fill("")
    expect(said).to_be_hidden()
