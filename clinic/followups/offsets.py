"""When a follow-up is due: the offsets of the protocol, read from its words and counted from a moment. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo


class NotAnOffset(ValueError):
    """Words that do not say when."""


@dataclass(frozen=True, slots=True)
class After:
    """So much time later, or before when it is negative."""

    delta: timedelta


@dataclass(frozen=True, slots=True)
class Days:
    """So many days later, at the same time on the clock where the patient is."""

    days: int


@dataclass(frozen=True, slots=True)
class Months:
    """So many calendar months later, on the same day of the month or the last one it has."""

    months: int


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """In the morning of the nth working day of the clinic; 0 is the first moment the clinic is open."""

    days: int


@dataclass(frozen=True, slots=True)
class EachTime:
    """Whenever it happens: the cause is each session, and the follow-up is due with it."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """First after some days, then every so many days for some months from the start, then every so many days on."""

    first: Days
    every: Days
    for_months: Months
    then_every: Days


Offset = After | Days | Months | WorkingDays | EachTime | Repeated


@dataclass(frozen=True, slots=True)
class Hours:
    """When the clinic is open: weekdays with 0 for Monday, two whole hours of the day, and where."""

    weekdays: tuple[int, ...]
    opens: int
    closes: int
    zone: ZoneInfo


SAME_WORKING_DAY: Final = "same business day"
WORKING: Final = re.compile(r"(\d+) business days?")
PLAIN: Final = re.compile(r"(-?\d+) (min|h|d|w|mo)")
REPEATED: Final = re.compile(r"(\d+) w, then every (\d+) w for (\d+) months, then every (\d+) w")


def parse(text: str) -> Offset:
    """What the offset of a follow-up says.

    Args:
        text: such as "24 h", "-72 h", "2 business days", or "4 w, then every 4 w for 3 months, then every 12 w".
    Raises:
        NotAnOffset: it says nothing of the kind.
    """
    if text == SAME_WORKING_DAY:
        return WorkingDays(0)
    if text == "every session":
        return EachTime()
    if match := WORKING.fullmatch(text):
        return WorkingDays(int(match[1]))
    if match := REPEATED.fullmatch(text):
        first, every, months, then_every = map(int, match.groups())
        return Repeated(Days(7 * first), Days(7 * every), Months(months), Days(7 * then_every))
    if match := PLAIN.fullmatch(text):
        return _plain(int(match[1]), match[2])
    raise NotAnOffset(text)


def _plain(number: int, unit: str) -> Offset:
    if unit == "mo":
        return Months(number)
    if unit in ("d", "w"):
        return Days(number * (7 if unit == "w" else 1))
    return After(timedelta(minutes=number) if unit == "min" else timedelta(hours=number))


def due_times(
    offset: Offset, *, start: datetime, zone: ZoneInfo, hours: Hours, until: datetime | None = None
) -> tuple[datetime, ...]:
    """The moments an offset says, counted from a start, in UTC.

    Args:
        offset: as parsed.
        start: what it counts from.
        zone: where the patient is, for days and months.
        hours: of the clinic, for working days.
        until: how far a repeated offset is counted; the others have one moment, and ignore it.
    Raises:
        ValueError: a repeated offset without `until`.
    """
    if isinstance(offset, Repeated):
        if until is None:
            raise ValueError("A repeated offset is counted until some moment.")
        return _repeated(offset, start, zone, until)
    if isinstance(offset, After):
        return (start.astimezone(UTC) + offset.delta,)
    if isinstance(offset, Days):
        return (_days_later(start, offset.days, zone),)
    if isinstance(offset, Months):
        return (_months_later(start, offset.months, zone),)
    if isinstance(offset, WorkingDays):
        return (_working_day(start, offset.days, hours),)
    return (start.astimezone(UTC),)


def _repeated(offset: Repeated, start: datetime, zone: ZoneInfo, until: datetime) -> tuple[datetime, ...]:
    """Every moment counts from the start, so that the clock time does not drift over a change of clocks."""
    often_until = _months_later(start, offset.for_months.months, zone)
    days = offset.first.days
    due: list[datetime] = []
    while (moment := _days_later(start, days, zone)) <= until:
        due.append(moment)
        is_often = _days_later(start, days + offset.every.days, zone) <= often_until
        days += offset.every.days if is_often else offset.then_every.days
    return tuple(due)


def _days_later(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    return (start.astimezone(zone) + timedelta(days=days)).astimezone(UTC)


def _months_later(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    local = start.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    days_in_month = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return local.replace(year=year, month=month + 1, day=min(local.day, days_in_month)).astimezone(UTC)


def _working_day(start: datetime, days: int, hours: Hours) -> datetime:
    local = start.astimezone(hours.zone)
    day = local.date()
    if day.weekday() not in hours.weekdays or local.hour >= hours.closes:
        day = _next_working(day, hours)
    for _ in range(days):
        day = _next_working(day, hours)
    opening = datetime.combine(day, time(hours.opens), hours.zone)
    return max(opening, start).astimezone(UTC)


def _next_working(day: date, hours: Hours) -> date:
    day += timedelta(days=1)
    while day.weekday() not in hours.weekdays:
        day += timedelta(days=1)
    return day
