"""The calendar file of an appointment: neutral words, a UID that stays, and a SEQUENCE that counts its changes."""

from __future__ import annotations

from datetime import UTC
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from clinic.booking.models import Appointment, Mode
from clinic.web.places import LOCATIONS


def method_of(appointment: Appointment) -> str:
    """CANCEL takes the entry out of a calendar, PUBLISH puts it in or changes it."""
    return "CANCEL" if appointment.state == Appointment.State.CANCELLED else "PUBLISH"


def calendar_file(appointment: Appointment) -> bytes:
    """The file, with times in UTC, which need no table of time zones; made twice, it is the same."""
    cancelled = method_of(appointment) == "CANCEL"
    event = Event()
    event.add("uid", str(appointment.pk))
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", (appointment.cancelled_at or appointment.moved_at or appointment.booked_at).astimezone(UTC))
    event.add("dtstart", appointment.start.astimezone(UTC))
    event.add("dtend", appointment.end.astimezone(UTC))
    event.add("summary", _("Appointment"))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("organizer", _organizer())
    if appointment.mode == Mode.IN_PERSON:
        event.add("location", street_of(appointment.location))
    calendar = Calendar()
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(appointment))
    calendar.add_component(event)
    return calendar.to_ical()


def street_of(location: str) -> str:
    """The street address of a location, which says nothing about the kind of place."""
    return next((place["street"] for place in LOCATIONS if place["slug"] == location), "")


def _organizer() -> vCalAddress:
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = settings.CLINIC_NEUTRAL_NAME
    return organizer
