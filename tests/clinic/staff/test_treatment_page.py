"""The page of a course of treatment: only with its whole form, not too early, by the care team, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import ScreeningRecord
from clinic.treatment.models import Course, Session
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db
TOLD = {
    **{"medicine": "esketamine", "began": "10:00 am", "left": "12:05 pm", "bp_before": "124/78", "bp_40": "150 / 92"},
    **{"bp_leaving": "130/80", "sedation": "awake the whole time", "dissociation": "mild, gone after an hour"},
}


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """Tuesday, December 1, 2026, 2:00 pm at the clinic."""
    with time_machine.travel(records.NOW + timedelta(hours=5), tick=False):
        yield


@pytest.fixture
def record() -> ScreeningRecord:
    return records.sealed(records.REVIEW)


def page_of(record: ScreeningRecord) -> str:
    return reverse("staff:treatment", args=[record.intake.patient.reference])


def send(browser: Client, record: ScreeningRecord, **others: str) -> Any:
    key = re.search(r'name="key" value="([^"]+)"', browser.get(page_of(record)).content.decode())
    assert key
    return browser.post(page_of(record), {"key": key[1], **TOLD, **others})


def test_a_session_is_recorded_with_its_whole_form(browser: Client, record: ScreeningRecord, osei: User) -> None:
    assert send(browser, record).status_code == 302

    held = Session.objects.get()
    assert (held.form["bp_40"], held.course.medicine, held.recorded_by) == ("150 / 92", "esketamine", osei)
    assert "150 / 92" in browser.get(page_of(record)).content.decode()


def test_the_form_of_a_session_sent_again_with_other_values_says_that_they_are_not_kept(
    browser: Client, record: ScreeningRecord
) -> None:
    key = re.search(r'name="key" value="([^"]+)"', browser.get(page_of(record)).content.decode())
    assert key
    told = {"key": key[1], **TOLD}

    answers = [browser.post(page_of(record), told | more) for more in ({}, {}, {"bp_40": "190/120"}, {"left": "13:00"})]

    assert [each.status_code for each in answers] == [302, 302, 409, 409]
    assert "This session is on the record with other values" in answers[2].content.decode()
    assert Session.objects.get().form["bp_40"] == "150 / 92"


@pytest.mark.parametrize("name", sorted(TOLD))
def test_nothing_of_the_form_can_be_left_out(browser: Client, record: ScreeningRecord, name: str) -> None:
    assert send(browser, record, **{name: ""}).status_code == 422
    assert not Session.objects.exists()


@pytest.mark.parametrize("others", [{"left": "11:59"}, {"left": "09:00"}, {"left": "14:01"}, {"bp_40": "high"}])
def test_what_cannot_be_is_not_recorded(browser: Client, record: ScreeningRecord, others: dict[str, str]) -> None:
    assert send(browser, record, **others).status_code == 422
    assert not Session.objects.exists()


def test_a_session_that_is_not_over_is_recorded_when_it_is(browser: Client, record: ScreeningRecord) -> None:
    answer = send(browser, record, began="2:00 pm", left="4:30 pm")

    assert "That is later than now." in answer.content.decode()
    assert send(browser, record, left="2:00 pm").status_code == 302


def test_another_medicine_needs_the_course_to_end_first(browser: Client, record: ScreeningRecord) -> None:
    send(browser, record)
    assert send(browser, record, medicine="ketamine").status_code == 422

    browser.post(f"{page_of(record)}end/")

    assert send(browser, record, medicine="ketamine").status_code == 302
    assert Course.objects.filter(ended_at__isnull=True).count() == 1


def test_somebody_from_outside_the_care_team_records_nothing(
    signed_in: Callable[[Role], Client], record: ScreeningRecord, staff: Callable[[Role], User]
) -> None:
    records.decide(record, staff(Role.ON_CALL))

    director = signed_in(Role.DIRECTOR)
    asked, sent = director.get(page_of(record)), director.post(page_of(record))

    assert "Why do you need to see this record?" in asked.content.decode()
    assert b"Maya" not in asked.content
    assert (asked.status_code, sent.status_code, director.post(f"{page_of(record)}end/").status_code) == (200, 403, 403)
    assert not Session.objects.exists()
