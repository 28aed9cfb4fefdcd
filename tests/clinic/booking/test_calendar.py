"""The day for the staff: who, when, what they need, and nothing of what they answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, availability_actions
from clinic.booking.calendar import Entry, day
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
ZONE = "America/Los_Angeles"
Make = Callable[..., Appointment]
At = Callable[..., datetime]


def of_the_second(now: datetime, **asked: int) -> list[Entry]:
    return day(date(2026, 12, 2), zone=ZONE, now=now, **asked)


def test_an_appointment_says_who_when_how_and_what_they_need(
    clinician: User, patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    book(hold(patient, clinician, at(2, 9), time_zone="America/New_York"))

    (entry,) = of_the_second(now)

    assert (entry.clock, entry.clinician, entry.called, entry.mode) == ("9:00 am", "Dr. Ama Osei", "Maya", "Phone")
    assert (entry.state, entry.phone, entry.needs) == ("booked", "(555) 010-0199", ("Captions",))
    assert entry.patient_clock == "12:00 pm Eastern Time"


def test_the_day_begins_and_ends_at_its_own_midnight(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, now: datetime, at: At
) -> None:
    for start in (at(2, 9), at(3, 9)):
        hold(make_patient(), clinician, start)

    assert [entry.start for entry in of_the_second(now)] == [at(2, 9)]


def test_expired_released_and_cancelled_times_are_not_shown(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> None:
    hold(make_patient(), clinician, at(2, 9))
    gone = book(hold(make_patient(), clinician, at(2, 10)))
    actions.cancel(appointment=gone, reason="", by=actors.system("test"), now=now)

    assert of_the_second(now + timedelta(minutes=10)) == []


def test_time_off_is_shown_where_it_falls_on_the_day(clinician: User, now: datetime, at: At) -> None:
    availability_actions.take_time_off(
        clinician=clinician, since=at(1, 12), until=at(2, 10), reason="leave", by=actors.system("test")
    )

    (entry,) = of_the_second(now)

    assert (entry.state, entry.clock, entry.end) == ("time off", "12:00 am", at(2, 10))


def test_one_clinician_can_be_asked_for(
    make_clinician: Callable[..., User], make_patient: Callable[..., Patient], hold: Make, now: datetime, at: At
) -> None:
    one, other = make_clinician("Dr. One"), make_clinician("Dr. Other")
    hold(make_patient(), one, at(2, 9))
    hold(make_patient(), other, at(2, 9))

    assert [entry.clinician for entry in of_the_second(now, clinician_id=one.pk)] == ["Dr. One"]


@pytest.mark.parametrize("people", [1, 4])
def test_the_number_of_queries_does_not_grow(
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Make,
    book: Make,
    now: datetime,
    at: At,
    people: int,
) -> None:
    for n in range(people):
        book(hold(make_patient(), clinician, at(2, 9) + timedelta(minutes=20 * n)))

    with CaptureQueriesContext(connection) as queries:
        of_the_second(now)

    assert len(queries) == 9


@pytest.mark.parametrize(
    ("table", "column"),
    [("patients_patient", "preferred_name"), ("booking_appointment", "phone"), ("booking_appointment", "needs")],
)
def test_a_visit_of_which_something_cannot_be_opened_hides_no_other(
    table: str,
    column: str,
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Make,
    book: Make,
    now: datetime,
    at: At,
) -> None:
    lost, whole = (book(hold(make_patient(), clinician, at(2, hour))) for hour in (9, 10))
    pk = lost.patient_id if table.startswith("patients") else lost.pk
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = '\\x5431026b31' WHERE id = %s", [pk])  # noqa: S608

    first, second = of_the_second(now)

    assert (first.reference, second.reference, second.called) == (lost.reference, whole.reference, "Maya")
    assert {
        "preferred_name": first.called == lost.patient.reference,
        "phone": first.phone == "not readable",
        "needs": first.needs == ("What they need is not readable",),
    }[column]
