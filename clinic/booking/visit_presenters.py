"""One appointment in words: before it is booked, when it is booked, and for the page to choose a time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from clinic.booking import zones
from clinic.booking.asked import Asked
from clinic.booking.models import Appointment, JoiningAddress, Mode
from clinic.web.places import LOCATIONS

JOIN_BEFORE: Final = timedelta(minutes=30)
"""How long before a video visit its page shows where to join."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything the pages say about one appointment."""

    when: str
    clinic_when: str
    how: str
    place: Mapping[str, str]
    clinician: str
    minutes: int
    begins_with: str
    change_url: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone to choose: what people call it, the time there now, and the address that chooses it."""

    label: str
    clock: str
    url: str


def visit(appointment: Appointment) -> Visit:
    """An appointment in words, in the zone in which the patient chose it, and the clinic's when it differs."""
    zone, clinic_zone = appointment.time_zone, zones.of_location(appointment.location)
    start = appointment.start
    return Visit(
        when=zones.in_words(start, zone),
        clinic_when=zones.in_words(start, clinic_zone) if zones.differ(start, zone, clinic_zone) else "",
        how=Mode(appointment.mode).label,
        place=next((place for place in LOCATIONS if place["slug"] == appointment.location), {}),
        clinician=appointment.clinician.name,
        minutes=int(appointment.length.total_seconds() // 60),
        begins_with=_begins_with(appointment),
        change_url=Asked.as_chosen(appointment).query(),
    )


def _begins_with(appointment: Appointment) -> str:
    who = appointment.clinician.name
    if appointment.mode == Mode.PHONE:
        if appointment.phone:
            told = {"who": who, "phone": appointment.phone}
            return _("%(who)s will call you on %(phone)s. The number may show as private.") % told
        return _("%(who)s will call you. The number may show as private.") % {"who": who}
    if appointment.mode == Mode.VIDEO:
        if not address_of(appointment):
            return _("%(who)s will meet you by video. The clinic sends you how to join before the visit.") % {
                "who": who
            }
        opens = zones.clock(appointment.start - JOIN_BEFORE, appointment.time_zone)
        told = {"who": who, "time": opens}
        return _("%(who)s will meet you by video. The button to join appears here at %(time)s that day.") % told
    return _("%(who)s will meet you at the clinic.") % {"who": who}


def address_of(appointment: Appointment) -> str:
    """Where they meet by video; empty for other visits, and when no address is kept."""
    if appointment.mode != Mode.VIDEO:
        return ""
    kept = JoiningAddress.objects.filter(clinician=appointment.clinician_id).first()
    return str(kept.address) if kept else ""


def joins_at(appointment: Appointment | None, now: datetime) -> str:
    """The address to join a video visit, near its time only: on a page behind the sign-in, and never in a message."""
    if appointment is None or not appointment.start - JOIN_BEFORE <= now < appointment.end:
        return ""
    return address_of(appointment)


def zone_choices(listed: Iterable[tuple[str, str]], asked: Asked, *, now: datetime) -> list[Zone]:
    """Zones by name and label, each with the address of the same times in it."""
    return [Zone(label, zones.clock(now, zone), asked.query(zone=zone)) for zone, label in listed]
