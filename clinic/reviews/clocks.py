"""The clock of a review: opening hours only, and it stands still while the patient is asked for more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.intake.clock import due_at

LONGEST: Final = timedelta(days=366)
"""Nothing is counted for longer than this; it is late by then in any case."""
SOON: Final = 0.8
HALF: Final = 0.5
"""From these parts of the time on, a due time is shown more strongly. Source: ux.md C2."""


def open_time(start: datetime, end: datetime) -> timedelta:
    """How much opening time lies between two moments; nothing when the end comes first."""
    if end <= start:
        return timedelta(0)
    end = min(end, start + LONGEST)
    return sum((min(closes, end) - max(opens, start) for opens, closes in _days(start, end)), timedelta(0))


def after_open_time(start: datetime, span: timedelta) -> datetime:
    """The moment by which so much opening time has passed."""
    left = span
    for opens, closes in _days(start, start + LONGEST):
        begins = max(opens, start)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    return start + LONGEST


def due_after_answer(*, priority: str, old_due_at: datetime, asked_at: datetime, now: datetime) -> datetime:
    """When a review is due again once the patient has answered.

    The time that was left when they were asked goes on from now; a new record is never due later than a new form.

    Args:
        priority: of the new record.
        old_due_at: when the record that was asked about was due.
        asked_at: when the patient was asked.
        now: when the answer came.
    """
    left = after_open_time(now, open_time(asked_at, old_due_at))
    return min(left, due_at(priority=priority, now=now))


def part_used(*, since: datetime, due: datetime, now: datetime) -> float:
    """Which part of the time for a review is over: 0 at the beginning, 1 or more when it is late."""
    if now >= due:
        return 1.0
    whole = open_time(since, due)
    return open_time(since, now) / whole if whole else 1.0


def _days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When the clinic opens and closes on each opening day that touches a stretch of time."""
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        opens = datetime.combine(day, time(settings.CLINIC_OPENS), zone)
        closes = datetime.combine(day, time(settings.CLINIC_CLOSES), zone)
        if day.weekday() in settings.CLINIC_DAYS and closes > start and opens < end:
            yield opens, closes
        day += timedelta(days=1)
