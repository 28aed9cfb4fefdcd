"""The waiting list read: which times became free, whom they fit, and who of them has waited longest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking import zones
from clinic.booking.models import Appointment, AppointmentQuerySet, Part, WaitingPlace
from clinic.notifications.hours import quiet_until
from clinic.notifications.recheck import may_write_to
from clinic.patients.models import Patient
from clinic.web import dates

NOON: Final = 12
EVENING: Final = 17
State = Appointment.State


def in_line() -> list[WaitingPlace]:
    """Everybody who waits and has no offer, the longest first."""
    offered = Appointment.objects.filter(patient=OuterRef("patient"), state=State.OFFERED)
    places = WaitingPlace.objects.filter(~Exists(offered), state=WaitingPlace.State.WAITING)
    return list(places.select_related("patient").order_by("joined_at", "pk"))


def everybody(*, most: int) -> list[WaitingPlace]:
    """Everybody who waits, the longest first, those with an offer too.

    Args:
        most: how many at most.
    """
    places = WaitingPlace.objects.filter(state=WaitingPlace.State.WAITING)
    return list(places.select_related("patient").order_by("joined_at", "pk")[:most])


def freed(now: datetime) -> AppointmentQuerySet:
    """Times that somebody gave up and nobody has, the soonest first."""
    kept = Appointment.objects.in_the_way(now).filter(
        clinician=OuterRef("clinician"), during__overlap=OuterRef("during")
    )
    given_up = Appointment.objects.filter(state__in=[State.CANCELLED, State.MOVED], during__startswith__gt=now)
    return given_up.filter(~Exists(kept)).order_by("during", "pk")


def fits(place: WaitingPlace, start: datetime, now: datetime) -> bool:
    """True when a time is on a day, in a part of the day, and far enough ahead for this person, who is awake now."""
    local = zones.local(start, place.time_zone)
    return (
        local.weekday() in place.weekdays
        and part_of(local) in place.parts
        and start - now >= timedelta(hours=place.notice_hours)
        and quiet_until(now, ZoneInfo(place.time_zone)) is None
    )


def part_of(local: datetime) -> Part:
    """The part of the day."""
    return Part.MORNING if local.hour < NOON else Part.AFTERNOON if local.hour < EVENING else Part.EVENING


def was_offered(place: WaitingPlace, time: Appointment) -> bool:
    """True when this person was offered this time before: once is enough."""
    before = place.patient.appointments.filter(offered_at__gte=place.joined_at, clinician=time.clinician_id)
    return before.filter(during__startswith=time.start).exists()


def reason(place: WaitingPlace, fitting: Iterable[WaitingPlace]) -> str:
    """Why the time is offered to this person, for them and for the staff."""
    since = zones.day_in_words(zones.local(place.joined_at, place.time_zone).date())
    count = len(list(fitting))
    others = "the longest of the 2 people" if count == 2 else f"the longest of the {count} people"
    return f"Waiting since {since}, {others if count > 1 else 'the only person'} this time fits."


def reason_now(offered: Appointment) -> str:
    """Why an offer was made, for the person, in the language of the page or the message; the staff read it as kept."""
    places = WaitingPlace.objects.filter(patient=offered.patient_id, state=WaitingPlace.State.WAITING)
    place = None if get_language() in dates.AMERICAN else places.first()
    if place is None:
        return offered.offered_because
    since = zones.day_in_words(zones.local(place.joined_at, place.time_zone).date())
    return _("Waiting since %(since)s, the longest of everybody this time fits.") % {"since": since}


def can_be_told(patient: Patient) -> bool:
    """True for somebody whom an offer reaches: only by e-mail, and only when that is safe."""
    return may_write_to(patient) and bool(patient.email)


def end_place(patient: Patient, state: str, *, by: Actor, now: datetime) -> bool:
    """End somebody's waiting, in the transaction of what ends it; False when they did not wait."""
    place = WaitingPlace.objects.filter(patient=patient, state=WaitingPlace.State.WAITING)
    if not place.update(state=state, ended_at=now, ended_by=by.ref):
        return False
    record(
        by=by, action="booking.end_waiting", subject=f"patient:{patient.pk}", patient=patient.pk, detail={"to": state}
    )
    return True
