"""What is done with the waiting list: joined and left, a freed time offered to one person at a time, and declined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking import allowed, find, holds, taking, waiting
from clinic.booking.actions import OFFER
from clinic.booking.models import Appointment, WaitingPlace
from clinic.booking.models.appointments import KEPT
from clinic.booking.telling import note, note_released, take_back, tell
from clinic.celery import nudge
from clinic.patients.models import Patient

OFFER_FOR: Final = timedelta(hours=2)
AT_MOST: Final = 50
"""How many freed times one sweep looks at; the next sweep is a minute away."""
State = Appointment.State
Waiting = WaitingPlace.State


class CannotBeTold(Exception):
    """An offer would not reach this person, so they are not put on the list in silence."""


@transaction.atomic
def join(
    *,
    patient: Patient,
    weekdays: Sequence[int],
    parts: Sequence[str],
    ways: Sequence[str],
    notice_hours: int,
    time_zone: str,
    by: Actor,
    now: datetime,
) -> WaitingPlace:
    """Put a patient on the waiting list; who is on it changes what fits them and keeps their place.

    Args:
        patient: who.
        weekdays: 0 is Monday.
        parts: of `Part`.
        ways: phone, video, or slugs of locations.
        notice_hours: how long before a time they have to know.
        time_zone: by whose clocks days and parts count.
        by: who does it.
        now: the moment.
    Raises:
        allowed.NotAllowedToBook, allowed.AlreadyBooked: they cannot have any time now.
        CannotBeTold: messages do not reach them.
    """
    patient = holds.lock_patient(patient.pk)
    allowed.to_book(patient, now=now)
    if not waiting.can_be_told(patient):
        raise CannotBeTold
    wished = {
        "weekdays": sorted(weekdays),
        "parts": list(parts),
        "ways": list(ways),
        "notice_hours": notice_hours,
        "time_zone": time_zone,
    }
    place, _ = WaitingPlace.objects.update_or_create(
        patient=patient, state=Waiting.WAITING, defaults=wished, create_defaults={**wished, "joined_at": now}
    )
    nudge(OFFER, place.pk)
    record(by=by, action="booking.wait", subject=f"waiting:{place.pk}", patient=patient.pk)
    return place


@transaction.atomic
def leave(*, patient: Patient, by: Actor, now: datetime) -> bool:
    """Take a patient off the waiting list, and let go of what was offered to them.

    Args:
        patient: who.
        by: who does it.
        now: the moment.
    Returns:
        False when they were not on it.
    """
    patient = holds.lock_patient(patient.pk)
    offers = Appointment.objects.select_for_update(of=("self",)).filter(patient=patient, state=State.OFFERED)
    _let_go(list(offers.order_by("pk")), by=by)
    return waiting.end_place(patient, Waiting.LEFT, by=by, now=now)


@transaction.atomic
def decline(*, appointment: Appointment, by: Actor) -> bool:
    """Say no to an offer; the place in line stays, and the time goes to the next person.

    Args:
        appointment: what was offered.
        by: who does it.
    Returns:
        False when it was not on offer any more, and nothing was changed.
    """
    holds.lock_patient(appointment.patient_id)
    found = taking.locked(appointment)
    if found.state != State.OFFERED:
        return False
    _let_go([found], by=by)
    note(found, "booking.decline", by=by, detail={})
    nudge(OFFER, found.pk)
    return True


def offer_freed(*, now: datetime, by: Actor) -> int:
    """Offer each freed time to whom it fits and who has waited longest; each offer is a transaction of its own.

    Nobody has two offers, and no time is offered to two people: the offer is a row that the exclusion constraints
    look at. Offers that are over were released by `actions.release_expired`.

    Args:
        now: the moment.
        by: the clock, usually.
    Returns:
        How many offers were made.
    """
    line = [place for place in waiting.in_line() if waiting.can_be_told(place.patient)]
    made = 0
    for time in _in_turn(list(waiting.freed(now)), now) if line else ():
        fitting = [place for place in line if waiting.fits(place, time.start, now)]
        for place in fitting:
            if not waiting.was_offered(place, time) and offer(place=place, time=time, among=fitting, by=by, now=now):
                line.remove(place)
                made += 1
                break
    return made


def _in_turn(times: Sequence[Appointment], now: datetime) -> Sequence[Appointment]:
    """The soonest; of more than one sweep looks at, those whose turn it is, because some can be offered to nobody."""
    if len(times) <= AT_MOST:
        return times
    begin = int(now.timestamp()) // 60 * AT_MOST % len(times)
    return [*times[begin:], *times[:begin]][:AT_MOST]


@transaction.atomic
def offer(
    *, place: WaitingPlace, time: Appointment, among: Sequence[WaitingPlace], by: Actor, now: datetime
) -> Appointment | None:
    """Offer one freed time to one person for at most two hours.

    1. Lock the patient. 2. They must still wait, have nothing kept for them, and be allowed to book. 3. The rules must
    offer the time in a way that suits them. 4. As for a hold: lock what competes, release what is over, insert. 5. Say
    so, with the reason. 6. Audit.

    Args:
        place: whose turn it is.
        time: what somebody gave up.
        among: everybody whom it fits, for the reason.
        by: the clock, usually.
        now: the moment.
    Returns:
        The offer; None when it cannot be made, and nothing was changed.
    """
    patient = holds.lock_patient(place.patient_id)
    slot = _slot_for(patient, place, time, now)
    if slot is None:
        return None
    competing = holds.lock_competing(patient.pk, slot)
    if any(other.held_until > now for other in competing):
        return None
    new = holds.of_slot(
        patient,
        slot,
        time_zone=place.time_zone,
        state=State.OFFERED,
        held_until=min(now + OFFER_FOR, slot.start),
        offered_at=now,
        offered_because=waiting.reason(place, among),
        basis=allowed.to_book(patient, now=now).basis,
        created_at=now,
    )
    holds.release(competing)
    if holds.insert(new) is None:
        return None
    note_released(competing, by=by)
    tell("time-offered", new, by=by, now=now)
    note(new, "booking.offer", by=by, detail={"waiting": str(place.pk), "fits": len(among)})
    return new


def _slot_for(patient: Patient, place: WaitingPlace, time: Appointment, now: datetime) -> find.Slot | None:
    """The time in a way that suits them, if they may have it now."""
    still = WaitingPlace.objects.filter(pk=place.pk, state=Waiting.WAITING).exists()
    if not still or patient.appointments.filter(state__in=KEPT, held_until__gt=now).exists():
        return None
    try:
        taking.grounds_for(patient, time.start, now)
    except (taking.NotOffered, allowed.NotAllowedToBook, allowed.AlreadyBooked):
        return None
    slots = find.slots(
        patient_region=patient.region,
        now=now,
        since=time.start,
        until=time.start + timedelta(microseconds=1),
        clinician_id=time.clinician_id,
        patient_id=patient.pk,
        with_notice=False,
    )
    return next((slot for way in place.ways for slot in slots if slot.is_free and slot.way == way), None)


def _let_go(offers: Sequence[Appointment], *, by: Actor) -> None:
    holds.release(offers)
    note_released(offers, by=by)
    for each in offers:
        take_back(each, "declined", by=by)
