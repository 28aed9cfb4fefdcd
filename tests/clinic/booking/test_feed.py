"""The calendar feed of a clinician: who can read it, for how long, and that it names nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import actions, availability_actions, feed_actions
from clinic.booking.feeds import feed_file
from clinic.booking.models import Appointment, Feed
from clinic.patients.models import Patient
from clinic.web.logs import without_secrets

pytestmark = pytest.mark.django_db
BY = system("test")
Make = Callable[..., Appointment]
At = Callable[..., datetime]


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(patient, clinician, at(2, 9), mode="in_person", location="midtown"))


@pytest.fixture
def token(clinician: User, now: datetime) -> str:
    return feed_actions.make_feed(owner=clinician, by=clinician.actor, now=now)


def read(token: str) -> Any:
    return Client().get(reverse("booking:feed", args=[token]))


def events(clinician: User, now: datetime) -> dict[str, Any]:
    file = Calendar.from_ical(feed_file(clinician, now=now))
    return {str(each["UID"]): each for each in file.walk("VEVENT")}


def test_the_address_shows_the_calendar_without_signing_in(booked: Appointment, token: str, frozen: object) -> None:
    answer = read(token)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert str(booked.pk).encode() in answer.content


def test_it_names_nobody_and_says_nothing_of_health(booked: Appointment, token: str, frozen: object) -> None:
    text = read(token).content.decode().replace("\r\n ", "")

    patient = booked.patient
    assert not [word for word in ("Maya", patient.reference, "010-0199", "maya@", "Captions") if word in text]
    assert f"DESCRIPTION:In person. {booked.reference}" in text
    assert "SUMMARY:Appointment\r\n" in text


def test_every_entry_has_what_strict_readers_ask_for(
    booked: Appointment, clinician: User, now: datetime, at: At
) -> None:
    availability_actions.take_time_off(clinician=clinician, since=at(4, 8), until=at(4, 12), reason="sick", by=BY)
    file = feed_file(clinician, now=now)

    found = events(clinician, now)
    assert len(found) == 2
    assert all({"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(each) for each in found.values())
    assert all(each["DTSTART"].dt.utcoffset() == timedelta() for each in found.values())
    assert not [line for line in file.split(b"\r\n") if len(line) > 75]
    assert file.replace(b"\r\n", b"").count(b"\n") == 0
    assert b"sick" not in file


def test_a_moved_appointment_keeps_its_uid_and_a_cancelled_one_leaves(
    booked: Appointment, clinician: User, hold: Make, now: datetime, at: At
) -> None:
    to = hold(booked.patient, clinician, at(3, 9), moves=booked)
    actions.move(to=to, phone="", reminders="email", needs=[], by=BY, now=now)

    (moved,) = events(clinician, now).values()
    assert (str(moved["UID"]), moved["DTSTART"].dt, moved["SEQUENCE"]) == (str(booked.pk), at(3, 9), 1)
    actions.cancel(appointment=booked, reason="", by=BY, now=now)
    assert events(clinician, now) == {}


def test_a_visit_whose_decision_ended_is_tentative(booked: Appointment, clinician: User, now: datetime) -> None:
    booked.patient.intakes.update(safety_raised_at=now)

    (event,) = events(clinician, now).values()

    assert event["STATUS"] == "TENTATIVE"


def test_only_their_own_appointments_are_in_it(booked: Appointment, make_clinician: Any, now: datetime) -> None:
    assert events(make_clinician("Dr. Other"), now) == {}


def test_a_new_address_ends_the_one_before(clinician: User, token: str, now: datetime, frozen: object) -> None:
    new = feed_actions.make_feed(owner=clinician, by=clinician.actor, now=now)

    assert (read(token).status_code, read(new).status_code) == (404, 200)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.SCHEDULER}])
def test_an_address_ends_with_the_access_or_the_role(clinician: User, token: str, change: dict[str, object]) -> None:
    User.objects.filter(pk=clinician.pk).update(**change)

    assert read(token).status_code == 404


def test_an_ended_address_is_dead_and_ending_is_on_the_record(clinician: User, token: str, now: datetime) -> None:
    ended = [feed_actions.end_feed(owner=clinician, by=clinician.actor, now=now) for _ in range(2)]

    assert ended == [True, False]
    assert read(token).status_code == 404
    assert AuditEvent.objects.filter(action="booking.end_feed").count() == 1


def test_the_token_is_stored_and_logged_nowhere(token: str) -> None:
    (feed,) = Feed.objects.all()

    assert token not in str(vars(feed))
    assert token not in str(AuditEvent.objects.values_list("detail", "subject"))
    assert token not in without_secrets(None, "", {"event": f"GET /feed/{token}/appointments.ics"})["event"]


def test_the_database_keeps_one_address_for_each(clinician: User, token: str, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.create(owner=clinician, token_hash="x", made_at=now)


def test_what_is_far_off_is_left_out(booked: Appointment, clinician: User, now: datetime) -> None:
    assert events(clinician, now + timedelta(days=40)) == {}


@pytest.mark.parametrize("people", [1, 4])
def test_the_file_takes_a_constant_number_of_queries(
    clinician: User, make_patient: Any, hold: Make, book: Make, now: datetime, at: At, people: int,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(people):
        book(hold(make_patient(), clinician, at(2 + number, 9) if number < 3 else at(2, 10)))

    with django_assert_max_num_queries(7):
        feed_file(clinician, now=now)
