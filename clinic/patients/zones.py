"""Which time zone a patient lives by, as far as we know, and what people call it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic.patients.models import Patient
from clinic.web import dates

US_ZONES: Final = {
    "America/New_York": _("Eastern Time"),
    "America/Chicago": _("Central Time"),
    "America/Denver": _("Mountain Time"),
    "America/Phoenix": _("Arizona Time"),
    "America/Los_Angeles": _("Pacific Time"),
    "America/Anchorage": _("Alaska Time"),
    "Pacific/Honolulu": _("Hawaii Time"),
}
"""Arizona has its own line: the clinic serves it, and for most of the year it is an hour off from Mountain Time."""
OF_REGION: Final = {"US-AZ": "America/Phoenix", "US-CA": "America/Los_Angeles", "US-NY": "America/New_York"}
"""A first guess for the states served; pages that show a time in it name the zone."""


def likely_zone(region: object) -> str:
    """The zone of a state, as long as nobody chose one; the clinic's where it is not known."""
    return OF_REGION.get(str(region), settings.CLINIC_TIME_ZONE)


def known_zone(patient: Patient) -> str:
    """The zone a patient chose, or that of their state, or the clinic's."""
    return patient.time_zone or likely_zone(patient.region)


def zone_name(zone: str) -> str:
    """What people call it: `Pacific Time`, `Berlin time`."""
    if zone in US_ZONES:
        return str(US_ZONES[zone])
    return _("%(city)s time") % {"city": zone.rpartition("/")[2].replace("_", " ")}


def by_when(moment: datetime, *, now: datetime, zone: str) -> str:
    """`today at 6 pm`, `Wednesday at 5 pm` or `Monday, December 7 at 5 pm`; the zone is named when it is not ours.

    Args:
        moment: when it is due.
        now: the moment it is said.
        zone: whose clock is read.
    """
    there, here = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = dates.short_clock(there)
    if moment.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).utcoffset() != there.utcoffset():
        clock = _("%(clock)s %(zone)s") % {"clock": clock, "zone": zone_name(zone)}
    days = (there.date() - here.date()).days
    if days == 0:
        return _("today at %(clock)s") % {"clock": clock}
    if days == 1:
        return _("tomorrow at %(clock)s") % {"clock": clock}
    return dates.day_and_clock(dates.weekday(there) if 0 < days < 7 else dates.day_in_words(there), clock)
