"""When a clinician must have read an intake: working hours of the clinic, by priority."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

WORKING_DAYS: Final = {"P2": 2, "P3": 5, "P4": 5}
"""Source: clinical.md section 5.1: P0 within 1 hour in opening hours, P1 same day, P2 2 and P3 5 working days."""


def due_at(*, priority: str, now: datetime) -> datetime:
    """When an intake of this priority is due.

    Args:
        priority: P0 to P4.
        now: when it was sent.
    Returns:
        One opening hour later for P0, the end of this or the next opening day for P1, the end of the second or fifth
        working day for the others.
    """
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    local = now.astimezone(zone)
    if priority == "P0":
        opens = _next_open(local)
        closes = datetime.combine(opens.date(), time(settings.CLINIC_CLOSES), zone)
        due = opens + timedelta(hours=1)
        if due > closes:
            due = _next_open(closes + timedelta(minutes=1)) + (due - closes)
        return due
    day = _next_open(local).date()
    for _ in range(WORKING_DAYS.get(priority, 0)):
        day = _working_day_after(day)
    return datetime.combine(day, time(settings.CLINIC_CLOSES), zone)


def is_open(now: datetime) -> bool:
    """True during the opening hours of the clinic."""
    local = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE))
    return local.weekday() in settings.CLINIC_DAYS and settings.CLINIC_OPENS <= local.hour < settings.CLINIC_CLOSES


def _next_open(local: datetime) -> datetime:
    if local.weekday() in settings.CLINIC_DAYS and local.hour < settings.CLINIC_CLOSES:
        opens = datetime.combine(local.date(), time(settings.CLINIC_OPENS), local.tzinfo)
        return max(local, opens)
    return datetime.combine(_working_day_after(local.date()), time(settings.CLINIC_OPENS), local.tzinfo)


def _working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() not in settings.CLINIC_DAYS:
        day += timedelta(days=1)
    return day
