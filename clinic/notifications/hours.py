"""When nobody is written to: the night where the patient is; and what day it is there."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.patients.models import Patient
from clinic.patients.zones import known_zone
from clinic.web import dates

QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(8)
"""Source: clinical.md section 6: quiet hours 21:00-08:00 local, except safety."""


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name; the clinic's when there is no name, or no zone of that name."""
    try:
        return ZoneInfo(name or settings.CLINIC_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.CLINIC_TIME_ZONE)


def zone_of(patient: Patient | None) -> ZoneInfo:
    """The time zone a patient lives by: the one they chose, or that of their state, or the clinic's."""
    return zone_named(known_zone(patient) if patient else "")


def quiet_until(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that this moment lies in are over; None when it lies in the day.

    Args:
        moment: any moment, aware.
        zone: of the person who would be disturbed.
    """
    local = moment.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    morning = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(morning, QUIET_UNTIL, zone)


def day_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """A day as people say it, such as "December 3"."""
    return dates.month_day(moment.astimezone(zone))
