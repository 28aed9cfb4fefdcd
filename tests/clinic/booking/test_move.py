"""Moving: the old time stays theirs until the new one is, the entry in calendars stays one, the old reminders end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import actions, allowed, availability_actions
from clinic.booking.calendar import day
from clinic.booking.ics import calendar_file
from clinic.booking.models import Appointment
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
State = Appointment.State
DESK = system("test")
At = Callable[..., datetime]
Make = Callable[..., Appointment]
DETAILS = {"phone": "(555) 010-0199", "reminders": "email", "needs": ["captions"]}


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(patient, clinician, at(3, 9)))


def move(to: Appointment, now: datetime) -> Appointment:
    return actions.move(to=to, **DETAILS, by=DESK, now=now)


def taken() -> dict[datetime, str]:
    rows = Appointment.objects.filter(state__in=[State.HELD, State.BOOKED])
    return {row.start: row.state for row in rows}


def test_until_it_is_confirmed_both_times_are_kept(booked: Appointment, hold: Make, at: At) -> None:
    hold(booked.patient, booked.clinician, at(4, 9), moves=booked)

    assert taken() == {at(3, 9): "booked", at(4, 9): "held"}


def test_confirmed_it_is_the_same_appointment_at_the_new_time(
    booked: Appointment, hold: Make, now: datetime, at: At
) -> None:
    moved = move(hold(booked.patient, booked.clinician, at(4, 9), moves=booked), now)

    assert taken() == {at(4, 9): "booked"}
    assert (moved.pk, moved.sequence, moved.moved_at, moved.moved_by) == (booked.pk, 1, now, "system:test")


def test_the_old_time_is_free_for_others_at_once(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime, at: At
) -> None:
    move(hold(booked.patient, booked.clinician, at(4, 9), moves=booked), now)

    assert hold(make_patient(), booked.clinician, at(3, 9)).state == State.HELD


def test_calendars_follow_under_the_same_uid(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    moved = move(hold(booked.patient, booked.clinician, at(4, 9), moves=booked), now + timedelta(minutes=5))

    file = calendar_file(moved).decode()
    assert f"UID:{booked.pk}" in file
    assert "SEQUENCE:1" in file
    assert "DTSTART:20261204T170000Z" in file
    assert "DTSTAMP:20261130T200500Z" in file


def test_moving_to_the_same_hold_twice_moves_once(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    move(to, now)
    before = (AuditEvent.objects.count(), Message.objects.count())

    assert move(to, now).sequence == 1
    assert (AuditEvent.objects.count(), Message.objects.count()) == before


def test_the_patient_is_told_the_new_time_once_and_not_the_old_one(
    booked: Appointment, hold: Make, now: datetime, at: At
) -> None:
    move(hold(booked.patient, booked.clinician, at(4, 9), moves=booked), now)

    states = dict(Message.objects.values_list("template", "state"))
    assert states == {"appointment-booked": "cancelled", "appointment-moved": "due"}
    message = Message.objects.get(template="appointment-moved")
    assert message.about["when"] == "Friday, December 4 at 9:00 am Pacific Time"
    assert message.too_late_at == at(4, 9)


def test_reminders_of_the_old_time_do_not_go_out_and_those_of_the_new_one_do(
    booked: Appointment, hold: Make, now: datetime, at: At
) -> None:
    followups.plan(now=now, by=DESK)
    followups.do_due(now=now, by=DESK)
    waiting = Message.objects.filter(key__startswith="followup:", state="due")
    assert waiting.count() == 1, "the reminder 3 days before is due at once"

    move(hold(booked.patient, booked.clinician, at(9, 9), moves=booked), now)
    assert not waiting.exists(), "taken back in the transaction of the move, not by a later sweep"
    followups.plan(now=now, by=DESK)
    for day_of_reminder in (6, 8):
        followups.do_due(now=at(day_of_reminder, 9), by=DESK)

    said = Message.objects.filter(key__startswith="followup:").exclude(state="cancelled")
    assert {message.about["when"] for message in said} == {"Wednesday, December 9 at 9:00 am Pacific Time"}
    old = FollowUp.objects.filter(cause=f"appointment:{booked.pk}@0").exclude(state="done")
    assert {row.reason for row in old} == {"moved or cancelled"}


def test_staff_see_the_time_it_was_moved_from(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    move(hold(booked.patient, booked.clinician, at(4, 9), moves=booked), now)

    shown = day(at(4, 9).date(), zone="America/Los_Angeles", now=now)
    assert [entry.moved_from for entry in shown] == ["Thu, Dec 3 at 9:00 am"]
    assert day(at(3, 9).date(), zone="America/Los_Angeles", now=now) == []
    assert AuditEvent.objects.get(action="booking.move").detail == {
        "from": at(3, 9).isoformat(),
        "to": at(4, 9).isoformat(),
    }


def test_a_failing_audit_undoes_the_move(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        move(to, now)

    booked.refresh_from_db()
    assert (booked.sequence, booked.moved_by) == (0, "")
    assert taken() == {at(3, 9): "booked", at(4, 9): "held"}
    assert Message.objects.get().state == "due"


def test_when_the_new_time_is_taken_meanwhile_the_old_one_stays(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime, at: At
) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    later = now + timedelta(minutes=10)
    hold(make_patient(), booked.clinician, at(4, 9), now=later)

    with pytest.raises(actions.HoldReleased):
        move(to, later)
    with pytest.raises(actions.SlotTaken):
        hold(booked.patient, booked.clinician, at(4, 9), moves=booked, now=later)
    booked.refresh_from_db()
    assert (booked.start, booked.state, booked.sequence) == (at(3, 9), State.BOOKED, 0)


def test_of_two_tabs_the_second_does_not_move_what_the_first_has_moved(
    booked: Appointment, hold: Make, now: datetime, at: At
) -> None:
    one = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    other = hold(booked.patient, booked.clinician, at(4, 10), moves=booked)
    move(other, now)

    with pytest.raises(actions.NotMovable, match="changed in the meantime"):
        move(one, now)
    assert taken() == {at(4, 10): "booked"}


@pytest.mark.parametrize("when", ["cancelled", "started"])
def test_what_is_not_to_come_is_not_moved(booked: Appointment, hold: Make, now: datetime, at: At, when: str) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    if when == "cancelled":
        actions.cancel(appointment=booked, reason="", by=DESK, now=now)

    with pytest.raises(actions.NotMovable, match="no appointment to move"):
        move(to, now if when == "cancelled" else booked.start)


def test_a_time_within_ones_own_is_refused(booked: Appointment, hold: Make, at: At) -> None:
    with pytest.raises(actions.NotOffered, match="already have"):
        hold(booked.patient, booked.clinician, at(3, 9), mode="video", moves=booked)


def test_who_may_not_book_any_more_keeps_the_old_time(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    Intake.objects.filter(patient=booked.patient).update(safety_raised_at=now, safety_priority="P1")

    with pytest.raises(allowed.NotAllowedToBook):
        move(to, now)
    assert taken() == {at(3, 9): "booked", at(4, 9): "held"}


def test_a_time_that_closed_meanwhile_is_not_moved_to(booked: Appointment, hold: Make, now: datetime, at: At) -> None:
    to = hold(booked.patient, booked.clinician, at(4, 9), moves=booked)
    availability_actions.take_time_off(
        clinician=booked.clinician, since=at(4, 8), until=at(4, 12), reason="sick", by=DESK
    )

    with pytest.raises(actions.NotOffered):
        move(to, now)
    assert at(3, 9) in taken()


def test_the_database_refuses_to_move_onto_somebody_else(
    booked: Appointment, make_patient: Callable[..., Patient], hold: Make, book: Make, at: At
) -> None:
    theirs = book(hold(make_patient(), booked.clinician, at(4, 9)))

    with pytest.raises(IntegrityError, match="one_per_clinician"), transaction.atomic():
        Appointment.objects.filter(pk=booked.pk).update(during=theirs.during)
