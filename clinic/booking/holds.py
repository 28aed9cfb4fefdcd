"""Holds that make room: which rows a new hold may have to wait for, and letting go of those that have expired.

Lock order, the same everywhere, so that nobody waits in a circle: first the turn for a time, one at most, then the
patient's row, then the days of a clinician with a daily limit, then every appointment row that the transaction may
change, in the order of their ids and in one statement, then the one write that the exclusion constraints look at, then
messages and audit lines. Whoever waits for a row has changed nothing yet, and an insert only ever waits for a
transaction that has all its locks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from clinic.audit.actors import Actor
from clinic.booking.find import Slot
from clinic.booking.models import Appointment
from clinic.booking.models.appointments import KEPT
from clinic.patients.models import Patient

HOLD_FOR: Final = timedelta(minutes=10)
SWEEP_AT_MOST: Final = 200
DAYS_OF_A_CLINICIAN: Final = 0x6461_7973
TURNS: Final = 0x7475_726E
TAKE_TURN: Final = (
    "SELECT CASE WHEN pg_try_advisory_xact_lock(%s, %s) THEN '' ELSE pg_advisory_xact_lock_shared(%s, %s)::text END"
)
OF_A_TIME: Final = (
    *("during", "clinician", "mode", "location", "room", "time_zone"),
    *("is_overbooked", "overbook_reason"),
)
"""What makes a time: when, with whom, how and where."""


def take_turn(clinician_id: int, start: datetime) -> None:
    """Let the first who wants a time go on; the others wait for them, all together, and then look (ADR 0040)."""
    turn = [TURNS, crc32(f"{clinician_id} {start.timestamp()}".encode()) - 2**31]
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURN, [*turn, *turn])


def is_taken(clinician_id: int, start: datetime, now: datetime, *, by_others_than: UUID) -> bool:
    """True when somebody else has the clinician then: one search of the index that guards it, and no guard itself."""
    theirs = Appointment.objects.in_the_way(now).filter(clinician=clinician_id, is_overbooked=False)
    return theirs.filter(during__contains=start).exclude(patient=by_others_than).exists()


def lock_patient(patient_id: UUID) -> Patient:
    """The patient, locked: two tabs of one person take turns, and rows that name the patient can still be added."""
    return Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def lock_days_of(clinician_id: int) -> None:
    """Let those who take a time of a clinician with a daily limit take turns, so that two cannot both be the last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAYS_OF_A_CLINICIAN, clinician_id])


def lock_competing(patient_id: UUID, slot: Slot) -> list[Appointment]:
    """The patient's own holds, and all that is kept and overlaps the slot, locked in the order of their ids."""
    overlaps = Q(clinician=slot.clinician_id)
    if slot.room:
        overlaps |= Q(location=slot.location, room=slot.room)
    overlaps &= Q(during__overlap=(slot.start, slot.end), state__in=KEPT)
    competing = overlaps | Q(patient=patient_id, state=Appointment.State.HELD)
    return list(Appointment.objects.select_for_update(of=("self",)).filter(competing).order_by("pk"))


def lock_with_offers(appointment: Appointment) -> tuple[Appointment, list[Appointment]]:
    """An appointment as it is now, and what else is kept for its patient, locked in the order of their ids."""
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("patient", "clinician")
    kept = Q(patient=appointment.patient_id, state__in=KEPT)
    found = list(rows.filter(Q(pk=appointment.pk) | kept).order_by("pk"))
    return next(row for row in found if row.pk == appointment.pk), [row for row in found if row.pk != appointment.pk]


def lock_expired(now: datetime) -> list[Appointment]:
    """Some holds that have expired, locked; rows that somebody else is working on are left to them."""
    expired = Appointment.objects.expired(now).select_for_update(skip_locked=True, of=("self",))
    return list(expired.order_by("pk")[:SWEEP_AT_MOST])


def release(holds: Iterable[Appointment]) -> None:
    """Let go of holds that this transaction has locked."""
    Appointment.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Appointment.State.RELEASED)


def of_slot(patient: Patient, slot: Slot, **told: Any) -> Appointment:
    """A row, not saved, that keeps a slot for a patient."""
    return Appointment(
        patient=patient,
        clinician_id=slot.clinician_id,
        during=DateTimeTZRange(slot.start, slot.end),
        mode=slot.mode,
        location=slot.location,
        room=slot.room,
        **told,
    )


def insert(hold: Appointment) -> Appointment | None:
    """Write a hold unless something is in its way, waiting for nobody; the row as it is stored, None when there was.

    The answer of the insert is not told by Django, so the row is asked for by its id.
    """
    Appointment.objects.bulk_create([hold], ignore_conflicts=True)
    return Appointment.objects.select_related("patient", "clinician").filter(pk=hold.pk).first()


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
