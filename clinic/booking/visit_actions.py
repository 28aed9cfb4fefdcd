"""What the staff say of a visit: what they heard on the phone, who is here, and how it ended. Nobody else says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.booking import holds, taking
from clinic.booking.actions import FOLLOW_UP
from clinic.booking.models import Appointment
from clinic.booking.telling import note as put_on_record
from clinic.celery import nudge

State = Appointment.State
NOT_BEGUN: Final = "This visit has not begun yet."
NOT_BOOKED: Final = "This visit is not booked."
EARLIEST: Final = timedelta(hours=2)
"""How long before it begins somebody may be here."""
LONGEST_NOTE: Final = 200
VERBS: Final = {State.COMPLETED: "complete", State.LEFT_EARLY: "leave_early", State.NO_SHOW: "miss"}


class NotToBeMarked(Exception):
    """The visit has not begun, or was never booked; the text says which, and nothing was changed."""


@transaction.atomic
def note_down(*, appointment: Appointment, note: str, agreed_on_phone: bool, by: Actor) -> None:
    """Keep what the desk heard on the phone: a note about coming here, and whether they agreed to the reminders.

    Args:
        appointment: a hold or an appointment.
        note: at most 200 letters, nothing about health; empty takes it away.
        agreed_on_phone: whether they said yes to the reminders.
        by: somebody on the staff.
    """
    holds.lock_patient(appointment.patient_id)
    found, note = taking.locked(appointment), note.strip()[:LONGEST_NOTE] or None
    if (found.note, found.agreed_on_phone) == (note, agreed_on_phone):
        return
    found.note, found.agreed_on_phone = note, agreed_on_phone
    found.save(update_fields=["note", "agreed_on_phone"])
    put_on_record(found, "booking.note_down", by=by, detail={"agreed": agreed_on_phone, "has_note": bool(note)})


@transaction.atomic
def arrive(*, appointment: Appointment, by: Actor, now: datetime) -> Appointment:
    """Say that the patient is here; nothing else follows from it. Doing it again changes nothing.

    Args:
        appointment: which.
        by: somebody on the staff.
        now: the moment, at most two hours before it begins.
    Raises:
        NotToBeMarked: it begins later, or is not booked.
    """
    holds.lock_patient(appointment.patient_id)
    found = taking.locked(appointment)
    if found.arrived_at is not None:
        return found
    if not may_arrive(found, now):
        raise NotToBeMarked(NOT_BEGUN if found.state == State.BOOKED else NOT_BOOKED)
    found.arrived_at, found.arrived_by = now, by.ref
    found.save(update_fields=["arrived_at", "arrived_by"])
    put_on_record(found, "booking.arrive", by=by, detail={})
    return found


def may_arrive(appointment: Appointment, now: datetime) -> bool:
    """True when the desk may say that they are here."""
    is_expected = appointment.state == State.BOOKED and appointment.arrived_at is None
    return is_expected and appointment.start - now <= EARLIEST


@transaction.atomic
def leave_early(*, appointment: Appointment, by: Actor, now: datetime) -> Appointment:
    """Say that the patient left before the end; also corrects what was said before. Doing it again changes nothing.

    Nothing follows by itself, as the visit neither took place as meant nor was missed; they may book again.

    Args:
        appointment: which.
        by: somebody on the staff.
        now: the moment.
    Raises:
        NotToBeMarked: it has not begun, or was not booked.
    """
    return _mark(appointment, State.LEFT_EARLY, by=by, now=now)


@transaction.atomic
def complete(*, appointment: Appointment, by: Actor, now: datetime) -> Appointment:
    """Say that patient and clinician met; also corrects "nobody came". Doing it again changes nothing.

    Args:
        appointment: which.
        by: somebody on the staff.
        now: the moment.
    Raises:
        NotToBeMarked: it has not begun, or was not booked.
    """
    return _mark(appointment, State.COMPLETED, by=by, now=now)


@transaction.atomic
def miss(*, appointment: Appointment, by: Actor, now: datetime) -> Appointment:
    """Say that the patient did not come; also corrects "they met". Doing it again changes nothing.

    What follows is found by followups: a kind message with a link to choose another time, a call, and a task for a
    clinician when there was a safety flag.

    Args:
        appointment: which.
        by: somebody on the staff.
        now: the moment.
    Raises:
        NotToBeMarked: it has not begun, or was not booked.
    """
    return _mark(appointment, State.NO_SHOW, by=by, now=now)


def _mark(appointment: Appointment, state: str, *, by: Actor, now: datetime) -> Appointment:
    holds.lock_patient(appointment.patient_id)
    found = taking.locked(appointment)
    if found.state == state:
        return found
    if state not in Appointment.TRANSITIONS[State(found.state)]:
        raise NotToBeMarked(NOT_BOOKED)
    if found.start > now:
        raise NotToBeMarked(NOT_BEGUN)
    found.state, found.over_at, found.over_by = state, now, by.ref
    found.save(update_fields=["state", "over_at", "over_by"])
    nudge(FOLLOW_UP, found.pk)
    put_on_record(found, f"booking.{VERBS[State(state)]}", by=by, detail={})
    return found
