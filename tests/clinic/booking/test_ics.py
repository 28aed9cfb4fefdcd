"""Calendar files: valid for strict readers, the same each time, and in neutral words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from icalendar import Calendar

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions
from clinic.booking.ics import calendar_file
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
Make = Callable[..., Appointment]


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: Callable[..., datetime]) -> Appointment:
    return book(hold(patient, clinician, at(2, 9), mode="in_person", location="midtown"))


def event(file: bytes) -> dict[str, str]:
    """The lines of the entry, unfolded."""
    lines = file.decode().replace("\r\n ", "").split("\r\n")
    inside = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    return dict(line.split(":", 1) for line in inside)


def test_a_booked_appointment_is_published_in_utc(booked: Appointment) -> None:
    file = calendar_file(booked)

    assert b"METHOD:PUBLISH\r\n" in file
    assert {name: event(file)[name] for name in ("DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "UID")} == {
        "DTSTART": "20261202T170000Z",
        "DTEND": "20261202T172000Z",
        "SUMMARY": "Appointment",
        "STATUS": "CONFIRMED",
        "SEQUENCE": "0",
        "UID": str(booked.pk),
    }


def test_a_cancelled_appointment_leaves_the_calendar_under_the_same_uid(booked: Appointment, now: datetime) -> None:
    gone = actions.cancel(appointment=booked, reason="", by=actors.system("test"), now=now)

    file = calendar_file(gone)

    assert b"METHOD:CANCEL\r\n" in file
    assert (event(file)["UID"], event(file)["SEQUENCE"], event(file)["STATUS"]) == (str(booked.pk), "1", "CANCELLED")


def test_a_file_made_twice_is_the_same(booked: Appointment) -> None:
    assert calendar_file(booked) == calendar_file(Appointment.objects.get(pk=booked.pk))


def test_a_strict_reader_finds_no_mistake(booked: Appointment) -> None:
    calendar = Calendar.from_ical(calendar_file(booked))

    assert [component.name for component in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert all(not component.errors for component in calendar.walk())
    assert all(len(line) <= 75 for line in calendar_file(booked).split(b"\r\n"))


def test_the_entry_names_neither_patient_nor_clinician_nor_kind_of_clinic(booked: Appointment) -> None:
    file = calendar_file(booked).decode().lower()

    assert not [word for word in ("maya", "osei", "clinic", "ketamine", "consultation", "010-0199") if word in file]
