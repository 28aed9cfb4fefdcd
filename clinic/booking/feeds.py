"""A clinician's own calendar as other programs read it: when and how, never with whom or what for."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from icalendar import Calendar, Event

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.booking.displaced import on_hold
from clinic.booking.ics import street_of
from clinic.booking.models import Appointment, Feed, Mode, TimeOff
from clinic.booking.models.appointments import OVER

BACK: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=180)
SHOWN: Final = (Appointment.State.BOOKED, *OVER)


def hash_of(token: str) -> str:
    """The fingerprint by which an address is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner_of(token: str) -> User | None:
    """Whose calendar a secret address shows; None when it is unknown or ended, or their access or role did."""
    feed = Feed.objects.filter(token_hash=hash_of(token), ended_at=None).select_related("owner").first()
    return feed.owner if feed and feed.owner.may(Permission.OWN_FEED) else None


def current(owner: User) -> Feed | None:
    """The address somebody has now."""
    return Feed.objects.filter(owner=owner, ended_at=None).first()


def feed_file(owner: User, *, now: datetime) -> bytes:
    """The calendar of the last 30 and the next 180 days; made twice at one moment, it is the same. Seven queries.

    Times are UTC, so no table of time zones is needed. What was cancelled or moved is not in it any more, or at its new
    time under the same UID. A visit on hold is tentative.

    Args:
        owner: whose.
        now: the moment.
    """
    window = (now - BACK, now + AHEAD)
    rows = Appointment.objects.filter(clinician=owner, state__in=SHOWN, during__overlap=window).order_by("during", "pk")
    appointments = list(rows)
    held_up = on_hold(appointments, now=now)
    calendar = Calendar()
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{settings.CLINIC_NEUTRAL_NAME} appointments")
    for each in appointments:
        calendar.add_component(_event(each, is_on_hold=each.pk in held_up))
    for absence in TimeOff.objects.filter(clinician=owner, during__overlap=window).order_by("during", "pk"):
        calendar.add_component(_absence(absence, window))
    return calendar.to_ical()


def _event(appointment: Appointment, *, is_on_hold: bool) -> Event:
    event = Event()
    event.add("uid", str(appointment.pk))
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", (appointment.moved_at or appointment.booked_at).astimezone(UTC))
    event.add("dtstart", appointment.start.astimezone(UTC))
    event.add("dtend", appointment.end.astimezone(UTC))
    event.add("summary", "Appointment")
    event.add("description", f"{Mode(appointment.mode).label}. {appointment.reference}")
    event.add("url", f"{settings.SITE_URL}/staff/appointments/{appointment.reference}/")
    event.add("status", "TENTATIVE" if is_on_hold else "CONFIRMED")
    event.add("class", "PRIVATE")
    if appointment.mode == Mode.IN_PERSON:
        event.add("location", street_of(appointment.location))
    return event


def _absence(absence: TimeOff, window: tuple[datetime, datetime]) -> Event:
    begins, ends = absence.during.lower or window[0], absence.during.upper or window[1]
    event = Event()
    event.add("uid", f"away-{absence.pk}")
    event.add("dtstamp", begins.astimezone(UTC))
    event.add("dtstart", begins.astimezone(UTC))
    event.add("dtend", ends.astimezone(UTC))
    event.add("summary", "Away")
    event.add("class", "PRIVATE")
    return event
