"""Overbooking: the staff may, with a reason, once; everybody on the staff sees it, and all else stays protected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import actions, allowed, overbook_actions, taking
from clinic.booking.calendar import day
from clinic.booking.models import Appointment
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
DESK = actors.staff(7)
WHY = "Came a long way; agreed with Dr. Osei"


@pytest.fixture
def booked(clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(make_patient(), clinician, at(2, 9)))


def overbook(patient: Patient, clinician: User, start: datetime, now: datetime, **told: Any) -> Appointment:
    usual = {"mode": "phone", "reason": WHY, "phone": "1", "reminders": "none", "needs": [], "by": DESK, "now": now}
    return overbook_actions.overbook(patient=patient, clinician=clinician, start=start, **(usual | told))


def test_the_staff_may_put_one_over_a_taken_time(booked: Appointment, patient: Patient, now: datetime) -> None:
    over = overbook(patient, booked.clinician, booked.start, now)

    over.refresh_from_db()
    assert (over.state, over.start, over.booked_by, over.overbook_reason) == ("booked", booked.start, "staff:7", WHY)
    event = AuditEvent.objects.get(action="booking.overbook")
    assert (event.why, event.actor) == (WHY, "staff:7")


def test_a_second_one_is_refused_by_the_database(
    booked: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    overbook(make_patient(), booked.clinician, booked.start, now)

    with pytest.raises(actions.SlotTaken):
        overbook(make_patient(), booked.clinician, booked.start, now)
    assert Appointment.objects.filter(is_overbooked=True).count() == 1


@pytest.mark.parametrize("told", [{"reason": " "}, {"reason": "x" * 201}, {"by": actors.system("x")}], ids=str)
def test_without_a_person_and_a_reason_nothing_happens(
    booked: Appointment, patient: Patient, now: datetime, told: dict[str, Any]
) -> None:
    with pytest.raises(overbook_actions.NoReason):
        overbook(patient, booked.clinician, booked.start, now, **told)


def test_a_free_time_is_booked_like_any_other(clinician: User, patient: Patient, now: datetime, at: At) -> None:
    with pytest.raises(overbook_actions.NotNeeded):
        overbook(patient, clinician, at(2, 9), now)


def test_only_that_somebody_has_it_is_overruled(
    booked: Appointment, make_patient: Callable[..., Patient], now: datetime, at: At
) -> None:
    with pytest.raises(taking.NotOffered):
        overbook(make_patient(), booked.clinician, at(2, 13), now)
    with pytest.raises(allowed.NotAllowedToBook):
        overbook(make_patient("clinician_review"), booked.clinician, booked.start, now)
    with pytest.raises(taking.NotOffered):
        overbook(make_patient(region="US-NY"), booked.clinician, booked.start, now)


def test_a_patient_is_never_in_two_places(booked: Appointment, make_clinician: Callable[..., User]) -> None:
    other = make_clinician("Dr. Other")
    values = {"patient": booked.patient, "clinician": other, "during": booked.during, "held_until": booked.start}

    with pytest.raises(IntegrityError, match="one_per_patient"), transaction.atomic():
        Appointment.objects.create(**values, mode="phone", is_overbooked=True, overbook_reason=WHY)


def test_who_is_not_overbooked_is_protected_as_before(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime
) -> None:
    overbook(make_patient(), booked.clinician, booked.start, now)

    with pytest.raises(actions.SlotTaken):
        hold(make_patient(), booked.clinician, booked.start)
    with pytest.raises(IntegrityError, match="appointment_one_per_clinician"), transaction.atomic():
        Appointment.objects.create(
            patient=make_patient(),
            clinician=booked.clinician,
            during=booked.during,
            mode="phone",
            held_until=booked.start,
        )


def test_when_the_first_cancels_the_time_is_not_given_to_a_third(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime
) -> None:
    overbook(make_patient(), booked.clinician, booked.start, now)
    actions.cancel(appointment=booked, reason="", by=DESK, now=now)

    with pytest.raises(actions.SlotTaken):
        hold(make_patient(), booked.clinician, booked.start)


def test_moved_to_a_free_time_it_is_overbooked_no_more(
    booked: Appointment, patient: Patient, hold: Make, now: datetime, at: At
) -> None:
    over = overbook(patient, booked.clinician, booked.start, now)

    to = hold(patient, booked.clinician, at(3, 9), moves=over)
    moved = actions.move(to=to, phone="1", reminders="none", needs=[], by=DESK, now=now)

    assert (moved.is_overbooked, moved.overbook_reason) == (False, None)


def test_the_calendar_says_it_with_the_reason_and_the_patient_reads_nothing_of_it(
    booked: Appointment, patient: Patient, now: datetime
) -> None:
    overbook(patient, booked.clinician, booked.start, now)

    shown = day(booked.start.date(), zone="America/Los_Angeles", now=now)
    assert sorted(entry.overbooked for entry in shown) == ["", WHY]
    message = Message.objects.get(template="appointment-booked", patient=patient)
    text = words_for(message, by=DESK, now=now).text
    assert "overbook" not in text.lower()
    assert WHY not in text


def test_a_failing_audit_undoes_it(booked: Appointment, patient: Patient, now: datetime) -> None:
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        overbook(patient, booked.clinician, booked.start, now)

    assert not Appointment.objects.filter(is_overbooked=True).exists()
