"""What is done with appointments: held, booked, cancelled, released. In which order they lock rows: see `holds.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking import allowed, find, holds, zones
from clinic.booking.models import Appointment
from clinic.celery import nudge
from clinic.notifications import actions as messages
from clinic.patients.actions import describe
from clinic.patients.models import Patient

State = Appointment.State
FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
NOT_OFFERED: Final = "We do not offer that time."
PASSED: Final = "That time has passed."
TOO_LATE: Final = "That time is after the last day your clinician set."
GONE: Final = "That time is not kept for you any more."
STARTED: Final = "That appointment has already started."
NOT_BOOKED: Final = "That appointment is not booked."


class SlotTaken(Exception):
    """Somebody else has that time; nothing was changed."""


class NotOffered(Exception):
    """That time cannot be had by anybody, and the text says why in one sentence; nothing was changed."""


class HoldReleased(Exception):
    """The hold was let go; the time may be held again if it is still free."""


class NotCancellable(Exception):
    """An appointment that is over, has started or was never booked; the text says which."""


@transaction.atomic
def hold(
    *,
    patient: Patient,
    clinician: User,
    start: datetime,
    mode: str,
    by: Actor,
    now: datetime,
    location: str = "",
    time_zone: str = "",
) -> Appointment:
    """Keep a time for a patient for 10 minutes; an earlier hold of theirs is let go.

    1. Lock the patient. 2. Ask reviews whether they may book. 3. The rules must offer the time, and nobody may have it.
    4. Lock the patient's own holds and the expired ones in the way, and release them. 5. Insert with ON CONFLICT DO
    NOTHING; no row means that somebody was faster. 6. Audit.

    Args:
        patient: for whom.
        clinician: with whom.
        start: when, as a moment.
        mode: one of `Mode`.
        by: who does it.
        now: the moment.
        location: of a visit in person; empty otherwise.
        time_zone: in which the patient was told the time; theirs when left out.
    Returns:
        The hold.
    Raises:
        allowed.NotAllowedToBook: they wait for something.
        allowed.AlreadyBooked: they have an appointment to come.
        NotOffered: the time has passed, or the rules do not offer it to them.
        SlotTaken: somebody else has it.
    """
    patient = holds.lock_patient(patient.pk)
    basis = _allowed(patient, start, now)
    slot = _offered(patient, clinician.pk, start, mode, location, asked_at=now)
    if not slot.is_free:
        raise SlotTaken
    competing = holds.lock_competing(patient.pk, slot)
    if any(other.patient_id != patient.pk and other.held_until > now for other in competing):
        raise SlotTaken
    holds.release(competing)
    new = Appointment(
        patient=patient,
        clinician_id=slot.clinician_id,
        during=(slot.start, slot.end),
        mode=slot.mode,
        location=slot.location,
        room=slot.room,
        time_zone=time_zone or zones.of_patient(patient),
        held_until=now + holds.HOLD_FOR,
        basis=basis,
        created_at=now,
    )
    if not holds.insert(new):
        raise SlotTaken
    _record_released(competing, by=by)
    _record(new, "booking.hold", by=by, detail={"mode": new.mode})
    return Appointment.objects.select_related("patient", "clinician").get(pk=new.pk)


@transaction.atomic
def book(
    *,
    appointment: Appointment,
    phone: str,
    reminders: str,
    needs: Sequence[str],
    by: Actor,
    now: datetime,
) -> Appointment:
    """Turn a hold into an appointment; doing it again changes nothing and returns the same.

    1. Lock the patient, then the hold. 2. Booked already: return it. 3. It must still be held, and the time to come; a
    hold past its 10 minutes counts for as long as nobody took it. 4. Ask reviews again, and the rules as they were when
    it was held: time off or a licence may have changed since. 5. Write, and keep the time zone they read it in, so that
    reminders say the same. 6. Message. 7. Audit.

    Args:
        appointment: the hold.
        phone: the number to call, as typed; may be empty unless they meet by phone.
        reminders: one of `Appointment.Reminders`.
        needs: codes of what they need, such as step_free.
        by: who does it.
        now: the moment.
    Returns:
        The appointment.
    Raises:
        HoldReleased: it was let go.
        NotOffered: the time has passed or is not offered any more, or it was booked once and is over.
        allowed.NotAllowedToBook: they wait for something.
        allowed.AlreadyBooked: they have another appointment to come.
    """
    patient = holds.lock_patient(appointment.patient_id)
    held = _locked(appointment)
    if held.state == State.BOOKED:
        return held
    if held.state == State.RELEASED:
        raise HoldReleased(GONE)
    if held.state != State.HELD:
        raise NotOffered(GONE)
    _allowed(patient, held.start, now)
    _offered(patient, held.clinician_id, held.start, held.mode, held.location, asked_at=held.created_at)
    held.state, held.booked_at, held.booked_by = State.BOOKED, now, by.ref
    held.phone, held.reminders, held.needs = phone, reminders, list(needs)
    held.save(update_fields=["state", "booked_at", "booked_by", "phone", "reminders", "needs"])
    if patient.time_zone != held.time_zone:
        describe(patient=patient, told={"time_zone": held.time_zone}, by=by)
    _tell("appointment-booked", held, by=by, now=now)
    nudge(FOLLOW_UP, held.pk)
    _record(held, "booking.book", by=by, detail={"mode": held.mode, "reminders": reminders})
    return held


@transaction.atomic
def keep_details(*, appointment: Appointment, phone: str, reminders: str, needs: Sequence[str], by: Actor) -> None:
    """Keep what somebody typed for a time that they could not have, so that they need not type it again.

    Args:
        appointment: a hold, let go or not; one that was booked keeps what was booked.
        phone, reminders, needs: as in `book`.
        by: who typed it.
    """
    found = _locked(appointment)
    if found.state not in (State.HELD, State.RELEASED):
        return
    found.phone, found.reminders, found.needs = phone, reminders, list(needs)
    found.save(update_fields=["phone", "reminders", "needs"])
    _record(found, "booking.keep_details", by=by, detail={"reminders": reminders})


@transaction.atomic
def cancel(*, appointment: Appointment, reason: str, by: Actor, now: datetime) -> Appointment:
    """Cancel an appointment, or let go of a hold; its time is free at once. Doing it again changes nothing.

    1. Lock the patient, then the appointment. 2. Write. 3. Take back the message that it is booked, if it was not sent
    yet, and say that it is cancelled. 4. Audit.

    Args:
        appointment: which.
        reason: a code, may be empty.
        by: who does it.
        now: the moment; until it starts there is no "too late".
    Returns:
        The appointment.
    Raises:
        NotCancellable: it has started, is over, or was let go.
    """
    holds.lock_patient(appointment.patient_id)
    found = _locked(appointment)
    if found.state == State.CANCELLED:
        return found
    if found.state == State.HELD:
        holds.release([found])
        _record_released([found], by=by)
        found.state = State.RELEASED
        return found
    if found.state != State.BOOKED or found.start <= now:
        raise NotCancellable(STARTED if found.state == State.BOOKED else NOT_BOOKED)
    found.state, found.cancelled_at, found.cancelled_by = State.CANCELLED, now, by.ref
    found.cancel_reason, found.sequence = reason, found.sequence + 1
    found.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason", "sequence"])
    messages.cancel(key_prefix=f"appointment-booked:{found.pk}:", reason="appointment cancelled", by=by)
    _tell("appointment-cancelled", found, by=by, now=now)
    _record(found, "booking.cancel", by=by, detail={"reason": reason})
    return found


@transaction.atomic
def release_expired(*, now: datetime, by: Actor) -> int:
    """Let go of holds whose 10 minutes are over, at most 200 at a time.

    Args:
        now: the moment.
        by: the clock, usually.
    Returns:
        How many were let go.
    """
    expired = holds.lock_expired(now)
    holds.release(expired)
    _record_released(expired, by=by)
    return len(expired)


def _allowed(patient: Patient, start: datetime, now: datetime) -> str:
    """What allows this patient to have a time that begins then."""
    if start <= now:
        raise NotOffered(PASSED)
    grounds = allowed.to_book(patient, now=now)
    if grounds.until is not None and start >= grounds.until:
        raise NotOffered(TOO_LATE)
    return grounds.basis


def _offered(
    patient: Patient, clinician_id: int, start: datetime, mode: str, location: str, *, asked_at: datetime
) -> find.Slot:
    """The slot that the rules offer this patient, by the notice and horizon of `asked_at`."""
    offered = find.slots(
        patient_region=patient.region,
        now=asked_at,
        mode=mode,
        since=start,
        until=start + timedelta(microseconds=1),
        clinician_id=clinician_id,
        patient_id=patient.pk,
    )
    fitting = [slot for slot in offered if slot.location == location]
    if not fitting:
        raise NotOffered(NOT_OFFERED)
    return next((slot for slot in fitting if slot.is_free), fitting[0])


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("patient", "clinician")
    return rows.get(pk=appointment.pk)


def _tell(template: str, appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Queue a message about an appointment to its patient."""
    messages.queue(
        key=f"{template}:{appointment.pk}:{appointment.sequence}",
        template=template,
        patient=appointment.patient,
        about={
            "appointment": str(appointment.pk),
            "when": zones.in_words(appointment.start, appointment.time_zone),
        },
        by=by,
        now=now,
        good_for=appointment.start - now,
        keeps_quiet_hours=False,
    )


def _record(appointment: Appointment, action: str, *, by: Actor, detail: Mapping[str, str]) -> None:
    subject = f"appointment:{appointment.pk}"
    record(by=by, action=action, subject=subject, patient=appointment.patient_id, detail=detail)


def _record_released(released: Iterable[Appointment], *, by: Actor) -> None:
    for appointment in released:
        _record(appointment, "booking.release", by=by, detail={"held_until": appointment.held_until.isoformat()})
