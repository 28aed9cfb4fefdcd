"""A decision kept for later: seen by its writer only, signed by nobody, and not chosen again for changed answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Decision, DecisionDraft
from tests.clinic.reviews import records
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
REASON = "Brother with schizophrenia. Waiting for his letter."


@pytest.fixture
def record() -> ScreeningRecord:
    return records.sealed(records.REVIEW)


def keep(browser: Client, record: ScreeningRecord, **told: Any) -> Any:
    told = {"route": "prescriber_first", "reason": REASON, **told}
    told |= {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    return browser.post(reverse("staff:keep_draft", args=[record.intake.reference]), told)


def page_of(browser: Client, record: ScreeningRecord) -> str:
    return browser.get(reverse("staff:review", args=[record.intake.reference])).content.decode()


def chosen(page: str) -> list[str]:
    return re.findall(r'name="route"[^>]*value="(\w+)"[^>]* checked', page)


def test_it_comes_back_as_it_was_left_and_signs_nothing(browser: Client, record: ScreeningRecord) -> None:
    answer = keep(browser, record, valid_until="2027-01-31", conditions="Only by phone")

    page = page_of(browser, record)
    assert answer.status_code == 302
    assert not Decision.objects.exists()
    assert chosen(page) == ["prescriber_first"]
    assert all(text in page for text in (REASON, "Only by phone", 'value="2027-01-31"', "Nothing is signed."))
    assert AuditEvent.objects.filter(action="reviews.keep_draft", patient=record.intake.patient_id).count() == 1


def test_the_later_one_takes_the_place_of_the_earlier(browser: Client, record: ScreeningRecord) -> None:
    keep(browser, record)
    keep(browser, record, reason="Changed my mind", route="")

    page = page_of(browser, record)
    assert chosen(page) == []
    assert "Changed my mind" in page
    assert REASON not in page


def test_nobody_else_sees_it(browser: Client, record: ScreeningRecord) -> None:
    keep(browser, record)
    other = User.objects.create_user("lee@example.test", name="Dr. Jon Lee", role=Role.CLINICIAN)

    page = page_of(signed_in(other), record)

    assert REASON not in page
    assert chosen(page) == []
    assert "Your draft" not in signed_in(other).get(reverse("staff:worklist")).content.decode()


def test_the_list_says_where_one_began(browser: Client, record: ScreeningRecord) -> None:
    assert "Your draft" not in browser.get(reverse("staff:worklist")).content.decode()

    keep(browser, record)

    assert browser.get(reverse("staff:worklist")).content.decode().count("Your draft") == 1


def test_when_the_answers_changed_the_words_stay_and_the_choice_is_made_again(
    browser: Client, record: ScreeningRecord
) -> None:
    keep(browser, record)
    records.sealed_again(record, at=records.NOW - timedelta(minutes=1))

    page = page_of(browser, record)

    assert chosen(page) == []
    assert REASON in page
    assert "The answers changed since: choose again." in page


def test_signing_forgets_it(browser: Client, osei: User, record: ScreeningRecord) -> None:
    keep(browser, record)

    records.decide(record, osei)

    assert not DecisionDraft.objects.exists()


def test_what_cannot_be_read_is_said_and_stays_on_the_page(browser: Client, record: ScreeningRecord) -> None:
    answer = keep(browser, record, valid_until="soon")

    assert answer.status_code == 422
    assert "Enter the last day it holds as a date" in answer.content.decode()
    assert REASON in answer.content.decode()
    assert not DecisionDraft.objects.exists()


def test_its_words_are_not_readable_in_the_database(browser: Client, record: ScreeningRecord) -> None:
    keep(browser, record)

    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM reviews_decisiondraft")
        assert b"schizophrenia" not in bytes(cursor.fetchone()[0])
