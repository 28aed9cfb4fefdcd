"""When nobody is written to: the night where the patient is, and how a moment reads there."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.patients.models import Patient

QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(8)
"""Source: clinical.md section 6: quiet hours 21:00-08:00 local, except safety."""


def zone_of(patient: Patient | None) -> ZoneInfo:
    """The time zone somebody lives by; the clinic's when they gave none, or one that does not exist."""
    try:
        return ZoneInfo(patient.time_zone if patient and patient.time_zone else settings.CLINIC_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.CLINIC_TIME_ZONE)


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
    local = moment.astimezone(zone)
    return f"{local:%B} {local.day}"


def moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people say it, such as "Thursday, December 3 at 2:20 pm, Los Angeles time"."""
    local = moment.astimezone(zone)
    clock = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return f"{local:%A}, {day_in_words(moment, zone)} at {clock}, {place} time"
