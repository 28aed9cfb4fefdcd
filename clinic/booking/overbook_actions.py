"""The staff's way past a taken time: one appointment over another, knowingly, with a reason that everybody sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.booking import holds, taking, waiting, zones
from clinic.booking.actions import FOLLOW_UP, SlotTaken
from clinic.booking.models import Appointment, WaitingPlace
from clinic.booking.models.appointments import KEPT
from clinic.booking.telling import note, note_released, tell
from clinic.celery import nudge
from clinic.patients.models import Patient

LONGEST_REASON: Final = 200


class NoReason(Exception):
    """Somebody on the staff has to say why, in at most 200 letters."""


class NotNeeded(Exception):
    """That time is free: it is booked like any other."""


@transaction.atomic
def overbook(
    *,
    patient: Patient,
    clinician: User,
    start: datetime,
    mode: str,
    reason: str,
    phone: str,
    reminders: str,
    needs: Sequence[str],
    by: Actor,
    now: datetime,
    location: str = "",
    time_zone: str = "",
) -> Appointment:
    """Book a patient at a time that is taken already; the patient is told of an appointment like any other.

    1. A person on the staff and a reason. 2. Lock the patient, and what is kept for them. 3. They must be allowed to
    book, and the rules must know the time: only "somebody has it" is overruled. 4. Insert with ON CONFLICT DO NOTHING;
    the database still refuses a second one over the same time, and a patient in two places. 5. Message. 6. Audit.

    Args:
        patient, clinician, start, mode, location, time_zone: as in `actions.hold`.
        reason: why, shown to the staff wherever the appointment is.
        phone, reminders, needs: as in `actions.book`.
        by: somebody on the staff.
        now: the moment.
    Raises:
        NoReason: no reason, or nobody of the staff.
        NotNeeded: the time is free.
        taking.NotOffered, allowed.NotAllowedToBook, allowed.AlreadyBooked: as in `actions.hold`.
        SlotTaken: it is overbooked already, or the patient has something else then.
    """
    reason = reason.strip()
    if not by.is_staff or not 0 < len(reason) <= LONGEST_REASON:
        raise NoReason
    patient = holds.lock_patient(patient.pk)
    grounds = taking.grounds_for(patient, start, now)
    slot = taking.slot_at(patient, clinician.pk, start, mode, location, asked_at=now, with_notice=False)
    if slot.is_free:
        raise NotNeeded
    kept = patient.appointments.select_for_update(of=("self",)).filter(state__in=KEPT).order_by("pk")
    let_go = list(kept)
    holds.release(let_go)
    new = holds.of_slot(
        patient,
        slot,
        time_zone=time_zone or zones.of_patient(patient),
        state=Appointment.State.BOOKED,
        held_until=now,
        booked_at=now,
        booked_by=by.ref,
        is_overbooked=True,
        overbook_reason=reason,
        phone=phone,
        reminders=reminders,
        needs=list(needs),
        basis=grounds.basis,
        created_at=now,
    )
    if holds.insert(new) is None:
        raise SlotTaken
    note_released(let_go, by=by)
    waiting.end_place(patient, WaitingPlace.State.BOOKED, by=by, now=now)
    tell("appointment-booked", new, by=by, now=now)
    nudge(FOLLOW_UP, new.pk)
    note(new, "booking.overbook", by=by, why=reason, detail={"mode": new.mode})
    return new
