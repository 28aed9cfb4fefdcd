"""What is done with appointments: held, booked, moved, cancelled, released. Locks: see `holds.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.booking import holds, taking, waiting, zones
from clinic.booking.models import Appointment, WaitingPlace
from clinic.booking.models.appointments import KEPT
from clinic.booking.taking import NotMovable, NotOffered, SlotTaken
from clinic.booking.telling import note, note_released, tell
from clinic.celery import nudge
from clinic.patients.actions import describe
from clinic.patients.models import Patient

State = Appointment.State
FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
GONE: Final = _("That time is not kept for you any more.")
STARTED: Final = _("That appointment has already started.")
OFFER: Final = "clinic.booking.tasks.offer_freed"
NOT_BOOKED: Final = _("That appointment is not booked.")


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
    moves: Appointment | None = None,
) -> Appointment:
    """Keep a time for a patient for 10 minutes; an earlier hold of theirs is let go.

    1. Take a turn, and look: a time that somebody has is refused before anything else is read. 2. Lock the patient.
    3. Ask reviews whether they may book. 4. The rules must offer the time, and nobody may have it. 5. Lock the
    patient's own holds and the expired ones in the way, and release them. 6. Insert with ON CONFLICT DO NOTHING; no row
    means that somebody was faster. 7. Audit.

    Args:
        patient: for whom.
        clinician: with whom.
        start: when, as a moment.
        mode: one of `Mode`.
        by: who does it.
        now: the moment.
        location: of a visit in person; empty otherwise.
        time_zone: in which the patient was told the time; theirs when left out.
        moves: the appointment that this time is for, when it is to be moved; it keeps its own time meanwhile.
    Returns:
        The hold.
    Raises:
        allowed.NotAllowedToBook: they wait for something.
        allowed.AlreadyBooked: they have an appointment to come.
        NotOffered: the time has passed, the rules do not offer it to them, or it is within the time they have.
        NotMovable: the appointment to move is not to come any more.
        SlotTaken: somebody else has it.
    """
    holds.take_turn(clinician.pk, start)
    if start > now and holds.is_taken(clinician.pk, start, now, by_others_than=patient.pk):
        raise SlotTaken
    patient = holds.lock_patient(patient.pk)
    moves = taking.to_move(moves, now) if moves else None
    grounds = taking.grounds_for(patient, start, now, moving=moves)
    slot = taking.slot_at(patient, clinician.pk, start, mode, location, asked_at=now)
    if slot.is_capped:
        holds.lock_days_of(clinician.pk)
        slot = taking.slot_at(patient, clinician.pk, start, mode, location, asked_at=now)
    if moves and slot.start < moves.end and moves.start < slot.end:
        raise NotOffered(taking.SAME_TIME)
    if not slot.is_free:
        raise SlotTaken
    competing = holds.lock_competing(patient.pk, slot)
    if any(other.patient_id != patient.pk and other.held_until > now for other in competing):
        raise SlotTaken
    holds.release(competing)
    new = holds.of_slot(
        patient,
        slot,
        time_zone=time_zone or zones.of_patient(patient),
        held_until=now + holds.HOLD_FOR,
        basis=grounds.basis,
        moves=moves,
        sequence=moves.sequence + 1 if moves else 0,
        created_at=now,
    )
    kept = holds.insert(new)
    if kept is None:
        raise SlotTaken
    note_released(competing, by=by)
    note(kept, "booking.hold", by=by, detail={"mode": kept.mode})
    return kept


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
    """Turn a hold or an offer into an appointment; doing it again changes nothing and returns the same.

    1. Lock the patient, then the hold. 2. Booked already: return it. 3. It must still be kept, and the time to come; a
    hold past its time counts for as long as nobody took it. 4. Ask reviews again, and the rules as they were when
    it was held: time off or a licence may have changed since. 5. Let go of what else is kept for them, and end their
    waiting. 6. Write, and keep the time zone they read it in, so that reminders say the same. 7. Message. 8. Audit.

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
    held, others = holds.lock_with_offers(appointment)
    if held.state == State.BOOKED:
        return held
    if held.state == State.RELEASED:
        raise HoldReleased(GONE)
    if held.state not in KEPT:
        raise NotOffered(GONE)
    taking.grounds_for(patient, held.start, now)
    taking.check_again(held)
    holds.release(others)
    waiting.end_place(patient, WaitingPlace.State.BOOKED, by=by, now=now)
    held.state, held.booked_at, held.booked_by = State.BOOKED, now, by.ref
    held.phone, held.reminders, held.needs = phone, reminders, list(needs)
    held.save(update_fields=["state", "booked_at", "booked_by", "phone", "reminders", "needs"])
    if patient.time_zone != held.time_zone:
        describe(patient=patient, told={"time_zone": held.time_zone}, by=by)
    note_released(others, by=by)
    tell("appointment-booked", held, by=by, now=now)
    nudge(FOLLOW_UP, held.pk)
    note(held, "booking.book", by=by, detail={"mode": held.mode, "reminders": reminders})
    return held


@transaction.atomic
def move(
    *,
    to: Appointment,
    phone: str,
    reminders: str,
    needs: Sequence[str],
    by: Actor,
    now: datetime,
    reason: str = "",
) -> Appointment:
    """Give an appointment the time of a hold that was made to move it; doing it again changes nothing.

    1. Lock the patient, then the hold and the appointment in one statement. 2. Moved already: return it. 3. The
    appointment must be as it was when the time was chosen, and the hold still be held. 4. Ask reviews and the rules
    again, as in `book`. 5. The hold takes the old time, out of the way of everybody; then the appointment takes the new
    one, which nobody can have taken, because the hold stood there until now. 6. Message, in the place of every unsent
    one. 7. Audit.

    Args:
        to: the hold, made with `moves`.
        phone, reminders, needs: as in `book`.
        by: who does it.
        now: the moment.
        reason: a code of `words.STAFF_REASONS`, when the staff moved it.
    Returns:
        The appointment, at its new time.
    Raises:
        NotMovable: it was cancelled, has started, or was moved elsewhere since the time was chosen.
        HoldReleased: the hold was let go.
        NotOffered: the time has passed or is not offered any more.
        allowed.NotAllowedToBook: they wait for something; the old time stays theirs.
    """
    patient = holds.lock_patient(to.patient_id)
    held, found = taking.locked_with_moved(to)
    if held.state == State.MOVED and found.state == State.BOOKED:
        return found
    if found.state != State.BOOKED or found.start <= now:
        raise NotMovable(taking.NOT_COMING)
    if held.sequence != found.sequence + 1:
        raise NotMovable(taking.CHANGED)
    if held.state != State.HELD:
        raise HoldReleased(GONE)
    grounds = taking.grounds_for(patient, held.start, now, moving=found)
    taking.check_again(held)
    holds.exchange_times(held, found, now=now, by=by, basis=grounds.basis)
    found.phone, found.reminders, found.needs = phone, reminders, list(needs)
    found.save(update_fields=["phone", "reminders", "needs"])
    if patient.time_zone != found.time_zone:
        describe(patient=patient, told={"time_zone": found.time_zone}, by=by)
    tell("appointment-moved", found, by=by, now=now)
    nudge(FOLLOW_UP, found.pk)
    nudge(OFFER, found.pk)
    detail = {"from": held.start.isoformat(), "to": found.start.isoformat(), **({"reason": reason} if reason else {})}
    note(found, "booking.move", by=by, detail=detail)
    return found


@transaction.atomic
def keep_details(*, appointment: Appointment, phone: str, reminders: str, needs: Sequence[str], by: Actor) -> None:
    """Keep what somebody typed for a time that they could not have, so that they need not type it again.

    Args:
        appointment: a hold, let go or not; one that was booked keeps what was booked.
        phone, reminders, needs: as in `book`.
        by: who typed it.
    """
    found = taking.locked(appointment)
    if found.state not in (State.HELD, State.RELEASED):
        return
    found.phone, found.reminders, found.needs = phone, reminders, list(needs)
    found.save(update_fields=["phone", "reminders", "needs"])
    note(found, "booking.keep_details", by=by, detail={"reminders": reminders})


@transaction.atomic
def cancel(*, appointment: Appointment, reason: str, by: Actor, now: datetime) -> Appointment:
    """Cancel an appointment, or let go of a hold; its time is free at once. Doing it again changes nothing.

    1. Lock the patient, then the appointment. 2. Write. 3. Take back every message about it that was not sent yet,
    reminders too, and say that it is cancelled. 4. Audit.

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
    found = taking.locked(appointment)
    if found.state == State.CANCELLED:
        return found
    if found.state in KEPT:
        holds.release([found])
        note_released([found], by=by)
        found.state = State.RELEASED
        return found
    if found.state != State.BOOKED or found.start <= now:
        raise NotCancellable(STARTED if found.state == State.BOOKED else NOT_BOOKED)
    found.state, found.cancelled_at, found.cancelled_by = State.CANCELLED, now, by.ref
    found.cancel_reason, found.sequence = reason, found.sequence + 1
    found.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason", "sequence"])
    tell("appointment-cancelled", found, by=by, now=now)
    nudge(OFFER, found.pk)
    note(found, "booking.cancel", by=by, detail={"reason": reason})
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
    note_released(expired, by=by)
    return len(expired)
