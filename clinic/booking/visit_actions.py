"""What the staff say of a visit once its time has come: they met, or nobody came. Nobody else says it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.booking import holds, taking
from clinic.booking.actions import FOLLOW_UP
from clinic.booking.models import Appointment
from clinic.booking.telling import note
from clinic.celery import nudge

State = Appointment.State
NOT_BEGUN: Final = "This visit has not begun yet."
NOT_BOOKED: Final = "This visit is not booked."


class NotToBeMarked(Exception):
    """The visit has not begun, or was never booked; the text says which, and nothing was changed."""


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
    note(found, f"booking.{'complete' if state == State.COMPLETED else 'miss'}", by=by, detail={})
    return found
