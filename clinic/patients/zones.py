"""Which time zone a patient lives by, as far as we know, and what people call it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.patients.models import Patient

US_ZONES: Final = {
    "America/New_York": "Eastern Time",
    "America/Chicago": "Central Time",
    "America/Denver": "Mountain Time",
    "America/Phoenix": "Arizona Time",
    "America/Los_Angeles": "Pacific Time",
    "America/Anchorage": "Alaska Time",
    "Pacific/Honolulu": "Hawaii Time",
}
"""Arizona has its own line: the clinic serves it, and for most of the year it is an hour off from Mountain Time."""
OF_REGION: Final = {"US-AZ": "America/Phoenix", "US-CA": "America/Los_Angeles", "US-NY": "America/New_York"}
"""A first guess for the states served; pages that show a time in it name the zone."""


def known_zone(patient: Patient) -> str:
    """The zone a patient chose, or that of their state, or the clinic's."""
    return patient.time_zone or OF_REGION.get(patient.region, settings.CLINIC_TIME_ZONE)


def zone_name(zone: str) -> str:
    """What people call it: `Pacific Time`, `Berlin time`."""
    return US_ZONES.get(zone) or f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def by_when(moment: datetime, *, now: datetime, zone: str) -> str:
    """`today at 6 pm`, `Wednesday at 5 pm` or `Monday, December 7 at 5 pm`; the zone is named when it is not ours.

    Args:
        moment: when it is due.
        now: the moment it is said.
        zone: whose clock is read.
    """
    there, here = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    minutes = f":{there.minute:02d}" if there.minute else ""
    clock = f"{there.hour % 12 or 12}{minutes} {'am' if there.hour < 12 else 'pm'}"
    if moment.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).utcoffset() != there.utcoffset():
        clock += f" {zone_name(zone)}"
    days = (there.date() - here.date()).days
    if days == 0:
        return f"today at {clock}"
    if days == 1:
        return f"tomorrow at {clock}"
    return f"{there:%A} at {clock}" if 0 < days < 7 else f"{there:%A}, {there:%B} {there.day} at {clock}"
