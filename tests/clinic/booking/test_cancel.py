"""Cancelling and letting go: the time is free at once, the patient is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
import time_machine

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import actions, tasks
from clinic.booking.models import Appointment
from clinic.notifications.models import Message
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
State = Appointment.State
DESK = actors.system("test")
Make = Callable[..., Appointment]


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: Callable[..., datetime]) -> Appointment:
    return book(hold(patient, clinician, at(2, 9)))


def cancel(appointment: Appointment, now: datetime, reason: str = "time") -> Appointment:
    return actions.cancel(appointment=appointment, reason=reason, by=DESK, now=now)


def test_a_cancelled_time_is_free_at_once(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime
) -> None:
    cancel(booked, now)

    assert hold(make_patient(), booked.clinician, booked.start).state == State.HELD


def test_cancelling_keeps_who_when_and_why(booked: Appointment, now: datetime) -> None:
    cancel(booked, now)

    booked.refresh_from_db()
    assert (booked.state, booked.cancelled_at, booked.cancelled_by) == (State.CANCELLED, now, "system:test")
    assert (booked.cancel_reason, booked.sequence) == ("time", 1)


def test_the_unsent_message_that_it_is_booked_is_taken_back(booked: Appointment, now: datetime) -> None:
    cancel(booked, now)

    assert Message.objects.get(template="appointment-booked").state == Message.State.CANCELLED
    assert Message.objects.get(template="appointment-cancelled").key == f"appointment-cancelled:{booked.pk}:1"


def test_cancelling_again_changes_nothing(booked: Appointment, now: datetime) -> None:
    cancel(booked, now)
    before = (AuditEvent.objects.count(), Message.objects.count())

    again = cancel(booked, now + timedelta(minutes=1), reason="later")

    assert (again.cancel_reason, again.sequence) == ("time", 1)
    assert (AuditEvent.objects.count(), Message.objects.count()) == before


def test_it_is_never_too_late_until_it_starts(booked: Appointment) -> None:
    assert cancel(booked, booked.start - timedelta(seconds=1)).state == State.CANCELLED


def test_what_has_started_is_not_cancelled(booked: Appointment) -> None:
    with pytest.raises(actions.NotCancellable, match="started"):
        cancel(booked, booked.start)


def test_what_is_over_is_not_cancelled(booked: Appointment, now: datetime) -> None:
    Appointment.objects.filter(pk=booked.pk).update(state=State.COMPLETED, over_at=now, over_by="test")

    with pytest.raises(actions.NotCancellable, match="not booked"):
        cancel(booked, now)


def test_cancelling_is_on_the_record(booked: Appointment, now: datetime) -> None:
    cancel(booked, now)

    event = AuditEvent.objects.get(action="booking.cancel")
    assert (event.subject, event.detail) == (f"appointment:{booked.pk}", {"reason": "time"})


def test_a_failing_audit_undoes_the_cancelling(booked: Appointment, now: datetime) -> None:
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        cancel(booked, now)

    booked.refresh_from_db()
    assert booked.state == State.BOOKED
    assert Message.objects.get(template="appointment-booked").state == Message.State.DUE


def test_a_hold_that_is_cancelled_is_let_go_and_nobody_is_told(
    clinician: User, patient: Patient, hold: Make, now: datetime, at: Callable[..., datetime]
) -> None:
    held = hold(patient, clinician, at(2, 9))

    cancel(held, now)

    held.refresh_from_db()
    assert held.state == State.RELEASED
    assert not Message.objects.exists()


def test_the_sweep_lets_go_of_expired_holds_only(
    make_patient: Callable[..., Patient],
    booked: Appointment,
    hold: Make,
    now: datetime,
    at: Callable[..., datetime],
) -> None:
    old = hold(make_patient(), booked.clinician, at(2, 10))
    fresh = hold(make_patient(), booked.clinician, at(2, 10, 20), now=now + timedelta(minutes=5))

    count = actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    states = dict(Appointment.objects.values_list("pk", "state"))
    assert count == 1
    assert states == {booked.pk: State.BOOKED, old.pk: State.RELEASED, fresh.pk: State.HELD}


def test_the_sweep_is_on_the_record_of_each_patient(
    patient: Patient, clinician: User, hold: Make, now: datetime, at: Callable[..., datetime]
) -> None:
    hold(patient, clinician, at(2, 9))

    actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    assert AuditEvent.objects.get(action="booking.release").patient == str(patient.pk)


def test_a_failing_audit_undoes_the_sweep(
    patient: Patient, clinician: User, hold: Make, now: datetime, at: Callable[..., datetime]
) -> None:
    held = hold(patient, clinician, at(2, 9))

    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    held.refresh_from_db()
    assert held.state == State.HELD


def test_the_task_of_the_sweep_counts_from_now(
    patient: Patient, clinician: User, hold: Make, at: Callable[..., datetime], frozen: time_machine.Traveller
) -> None:
    hold(patient, clinician, at(2, 9))
    frozen.shift(timedelta(minutes=10))

    assert tasks.release_expired() == 1
