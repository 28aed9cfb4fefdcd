"""Holds that make room: which rows a new hold may have to wait for, and letting go of those that have expired.

Lock order, the same everywhere, so that nobody waits in a circle: first the patient's row, then every appointment row
that the transaction may change, in the order of their ids and in one statement, then the one write that the exclusion
constraints look at, then messages and audit lines. Whoever waits for a row has changed nothing yet, and an insert only
ever waits for a transaction that has all its locks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from clinic.audit.actors import Actor
from clinic.booking.find import Slot
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

HOLD_FOR: Final = timedelta(minutes=10)
SWEEP_AT_MOST: Final = 200
OF_A_TIME: Final = ("during", "clinician", "mode", "location", "room", "time_zone")
"""What makes a time: when, with whom, how and where."""


def lock_patient(patient_id: UUID) -> Patient:
    """The patient, locked: two tabs of one person take turns, and rows that name the patient can still be added."""
    return Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def lock_competing(patient_id: UUID, slot: Slot) -> list[Appointment]:
    """The patient's own holds, and everybody's holds that overlap the slot, locked in the order of their ids."""
    overlaps = Q(clinician=slot.clinician_id)
    if slot.room:
        overlaps |= Q(location=slot.location, room=slot.room)
    competing = Q(patient=patient_id) | (overlaps & Q(during__overlap=(slot.start, slot.end)))
    held = Appointment.objects.select_for_update(of=("self",)).filter(competing, state=Appointment.State.HELD)
    return list(held.order_by("pk"))


def lock_expired(now: datetime) -> list[Appointment]:
    """Some holds that have expired, locked; rows that somebody else is working on are left to them."""
    expired = Appointment.objects.expired(now).select_for_update(skip_locked=True, of=("self",))
    return list(expired.order_by("pk")[:SWEEP_AT_MOST])


def release(holds: Iterable[Appointment]) -> None:
    """Let go of holds that this transaction has locked."""
    Appointment.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Appointment.State.RELEASED)


def insert(hold: Appointment) -> bool:
    """Write a hold unless something is in its way, waiting for nobody; False when there was.

    The answer of the insert is not told by Django, so the row is asked for by its id.
    """
    Appointment.objects.bulk_create([hold], ignore_conflicts=True)
    return Appointment.objects.filter(pk=hold.pk).exists()


def exchange_times(hold: Appointment, appointment: Appointment, *, now: datetime, by: Actor, basis: str) -> None:
    """Let an appointment and the hold that moves it change places; both are locked, and the hold goes first."""
    before = {name: getattr(appointment, name) for name in OF_A_TIME}
    for name in OF_A_TIME:
        setattr(appointment, name, getattr(hold, name))
        setattr(hold, name, before[name])
    hold.state = Appointment.State.MOVED
    hold.save(update_fields=["state", *OF_A_TIME])
    appointment.moved_at, appointment.moved_by, appointment.basis = now, by.ref, basis
    appointment.sequence += 1
    appointment.save(update_fields=["moved_at", "moved_by", "basis", "sequence", *OF_A_TIME])
