"""The page to check the details, and booking from it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions
from clinic.booking.models import Appointment
from clinic.patients.actions import agree
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
CHECK = "/book/check/"
DONE = "/book/done/"
DESK = actors.system("test")


@pytest.fixture
def held(clinician: User, patient: Patient, hold: Make, at: At) -> Appointment:
    return hold(patient, clinician, at(2, 9), time_zone="America/New_York")


def send(browser: Client, held_id: object, **changed: object) -> tuple[int, str, str]:
    told = {"phone": "(555) 010-0199", "reminders": "both", "needs": ["step_free"], "appointment": held_id}
    answer = browser.post(CHECK, told | changed)
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


def test_it_says_when_in_both_zones_how_and_with_whom(browser: Client, held: Appointment) -> None:
    html = browser.get(CHECK).content.decode()

    assert "Wednesday, December 2 at 12:00 pm Eastern Time" in html
    assert "Wednesday, December 2 at 9:00 am Pacific Time" in html
    assert "Dr. Ama Osei" in html
    assert "20 minutes" in html


def test_the_number_is_known_already_and_no_reminder_is_chosen(browser: Client, held: Appointment) -> None:
    html = browser.get(CHECK).content.decode()

    assert 'value="(555) 010-0199"' in html
    assert "checked" not in html


def test_book_this_time_books_it(browser: Client, held: Appointment) -> None:
    status, target, _ = send(browser, held.pk)

    held.refresh_from_db()
    assert (status, target) == (302, DONE)
    assert (held.state, held.reminders, held.needs) == ("booked", "both", ["step_free"])


def test_sent_twice_it_is_booked_once(browser: Client, held: Appointment, patient: Patient) -> None:
    send(browser, held.pk)
    status, target, _ = send(browser, held.pk)

    assert (status, target) == (302, DONE)
    assert patient.appointments.count() == 1
    assert patient.messages.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"phone": ""}, "Enter the phone number we will call, like (555) 010-0199"),
        ({"phone": "n/a"}, "Enter the phone number we will call, like (555) 010-0199"),
        ({"phone": "010-0199"}, "The phone number must have at least 10 digits, like (555) 010-0199"),
        ({"phone": "call my mother please"}, "The phone number must have at least 10 digits, like (555) 010-0199"),
        ({"phone": "5" * 500}, "The phone number must be 40 letters or fewer, like (555) 010-0199"),
        ({"reminders": ""}, "Choose how we should remind you"),
        ({"reminders": "pigeon"}, "Choose one of the ways to remind you"),
        ({"needs": ["gold"]}, "Choose from the list of what you need"),
    ],
)
def test_details_that_cannot_be_are_refused_beside_the_field(
    browser: Client, held: Appointment, changed: dict[str, object], sentence: str
) -> None:
    status, _, html = send(browser, held.pk, **changed)

    held.refresh_from_db()
    assert status == 422
    assert html.count(sentence) == 2
    assert held.state == "held"


@pytest.mark.parametrize("typed", ["555 010 0199", "+1 (555) 010-0199", "5550100199 ext 12", "  555.010.0199  "])
def test_a_number_may_be_typed_in_any_way(browser: Client, held: Appointment, typed: str) -> None:
    assert send(browser, held.pk, phone=typed)[:2] == (302, DONE)


def test_a_visit_by_video_needs_no_number(
    browser: Client, clinician: User, patient: Patient, hold: Make, at: At
) -> None:
    held = hold(patient, clinician, at(2, 9), mode="video")

    assert send(browser, held.pk, phone="")[:2] == (302, DONE)


@pytest.mark.parametrize(
    ("told", "texts_are_fine", "offered"),
    [
        ({}, True, ["email", "text", "both", "none"]),
        ({}, False, ["email", "none"]),
        ({"email": ""}, True, ["text", "none"]),
        ({"phone": ""}, True, ["email", "none"]),
        ({"safe_contact": "not_sure"}, True, []),
        ({"safe_contact": ""}, True, []),
    ],
)
def test_only_reminders_that_would_be_sent_are_offered(
    clinician: User,
    make_patient: Callable[..., Patient],
    browser_for: Callable[[Patient], Client],
    hold: Make,
    now: datetime,
    at: At,
    told: dict[str, str],
    texts_are_fine: bool,
    offered: list[str],
) -> None:
    patient = make_patient(**told)
    words = {"wording": "Texts", "wording_version": "test", "by": DESK, "now": now}
    agree(patient=patient, kind="consent_sms", given=texts_are_fine, **words)
    hold(patient, clinician, at(2, 9))

    html = browser_for(patient).get(CHECK).content.decode()

    assert re.findall(r'name="reminders" value="(\w+)"', html) == offered
    assert ("We send you no reminders" in html) == (not offered)


def test_a_reminder_that_would_not_be_sent_cannot_be_asked_for(
    clinician: User,
    make_patient: Callable[..., Patient],
    browser_for: Callable[[Patient], Client],
    hold: Make,
    at: At,
) -> None:
    held = hold(make_patient(safe_contact="no"), clinician, at(2, 9))

    send(browser_for(held.patient), held.pk, reminders="both")

    held.refresh_from_db()
    assert (held.state, held.reminders) == ("booked", "none")


def test_without_a_hold_there_is_a_time_to_choose_first(browser: Client, clinician: User) -> None:
    assert browser.get(CHECK).headers["Location"] == reverse("booking:choose")


def test_a_hold_that_was_swept_is_still_booked_if_nobody_took_it(
    browser: Client, held: Appointment, patient: Patient, now: datetime, frozen: time_machine.Traveller
) -> None:
    frozen.shift(timedelta(minutes=11))
    actions.release_expired(now=now + timedelta(minutes=11), by=DESK)

    assert browser.get(CHECK).status_code == 200
    assert send(browser, held.pk)[:2] == (302, DONE)
    assert patient.appointments.get(state="booked").start == held.start


def test_a_hold_that_somebody_took_over_leads_to_the_closest_times_and_keeps_what_was_typed(
    browser: Client,
    held: Appointment,
    patient: Patient,
    make_patient: Callable[..., Patient],
    hold: Make,
    now: datetime,
    frozen: time_machine.Traveller,
) -> None:
    frozen.shift(timedelta(minutes=10))
    hold(make_patient(), held.clinician, held.start, now=now + timedelta(minutes=10))

    status, _, html = send(browser, held.pk, phone="(555) 010-0111")

    assert status == 409
    assert "Someone just took 12:00 pm. Here are the closest times." in html
    assert not patient.appointments.filter(state="booked").exists()
    browser.post("/book/", {"mode": "phone", "slot": "2026-12-02T17:20:00+00:00"})
    again = browser.get(CHECK).content.decode()
    assert 'value="(555) 010-0111"' in again
    assert again.count("checked") == 2


@pytest.mark.parametrize("whose", ["another patient's", "nobody's", "nothing"])
def test_what_is_not_ones_own_hold_is_refused_in_one_sentence(
    browser: Client,
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Make,
    at: At,
    whose: str,
) -> None:
    theirs = hold(make_patient(), clinician, at(2, 9))
    sent = {"another patient's": str(theirs.pk), "nobody's": str(uuid.uuid4()), "nothing": "x"}[whose]

    status, _, html = send(browser, sent)

    theirs.refresh_from_db()
    assert status == 422
    assert html.count("That time is not kept for you any more. Choose a time.") >= 1
    assert theirs.state == "held"


def test_time_off_since_the_hold_is_told_and_nothing_is_booked(
    browser: Client, held: Appointment, clinician: User
) -> None:
    clinician.availability.all().delete()

    status, _, html = send(browser, held.pk)

    held.refresh_from_db()
    assert status == 409
    assert "We do not offer that time." in html
    assert held.state == "held"


def test_a_hold_that_another_tab_replaces_again_and_again_is_told(
    browser: Client, held: Appointment, now: datetime
) -> None:
    actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    with mock.patch("clinic.booking.actions.book", side_effect=actions.HoldReleased(actions.GONE)):
        status, _, html = send(browser, held.pk)

    assert status == 409
    assert "That time is not kept for you any more. Choose a time." in html
    assert "<b>Eastern Time.</b>" in html


@pytest.mark.parametrize("sends", [False, True])
def test_who_may_no_longer_book_is_told_what_it_waits_for(
    browser: Client, held: Appointment, patient: Patient, now: datetime, sends: bool
) -> None:
    patient.intakes.update(safety_raised_at=now)

    html = send(browser, held.pk)[2] if sends else browser.get(CHECK).content.decode()

    held.refresh_from_db()
    assert "Somebody from our team will talk with you" in html
    assert held.state == "held"
