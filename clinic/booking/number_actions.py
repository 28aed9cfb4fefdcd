"""What is done when a patient has another phone number: visits to come that had the old one get the new one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from clinic.audit.actors import Actor
from clinic.booking import holds
from clinic.booking.models import Appointment
from clinic.booking.telling import note
from clinic.patients.models import Patient

State = Appointment.State
NOT_BOOKED: Final = (State.HELD, State.OFFERED, State.RELEASED)
"""Whatever was typed for such a time is suggested for the next one."""


@transaction.atomic
def follow(*, patient: Patient, before: str, by: Actor, now: datetime) -> int:
    """Put a patient's number as it is now on the visits to come that had the one before, and on times being chosen.

    1. Lock the patient, then the visits. 2. A visit for which another number was given keeps that. 3. Audit.

    Args:
        patient: who, with the number of now.
        before: the number as it was.
        by: who changed it.
        now: the moment.
    Returns:
        How many rows have the new number.
    """
    holds.lock_patient(patient.pk)
    is_open = Q(state__in=NOT_BOOKED) | Q(state=State.BOOKED, during__endswith__gt=now)
    rows = Appointment.objects.select_for_update().filter(is_open, patient=patient).order_by("pk")
    theirs = [each for each in rows if _digits(before) and _digits(str(each.phone or "")) == _digits(before)]
    for each in theirs:
        each.phone = patient.phone
        each.save(update_fields=["phone"])
        note(each, "booking.change_phone", by=by, detail={})
    return len(theirs)


def _digits(typed: str) -> str:
    return "".join(filter(str.isdigit, typed))
