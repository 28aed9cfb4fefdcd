"""The moments a rule means when it says "9:00 to 17:00" on a day: clocks that skip or repeat an hour included."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


@lru_cache(maxsize=4096)
def slots_on(
    day: date, *, opens: time, closes: time, zone: ZoneInfo, length: timedelta, gap: timedelta
) -> tuple[Span, ...]:
    """Every slot of one day, as moments in UTC; no two overlap, and none is later than the clock on the wall allows.

    A local time that the clocks skip is not offered. One that they repeat is offered once, the first time. A slot takes
    its full length in real minutes, so one that begins before a skipped hour ends after it by the clock on the wall.

    Args:
        day: the local day.
        opens: when the first slot begins, local.
        closes: when the last slot has ended, local, on the same day.
        zone: whose clocks count.
        length: of one slot.
        gap: between two slots.
    Returns:
        Begin and end of each slot, in order. Kept for the next call: clinicians share days, hours and zones.
    """
    first, last = datetime.combine(day, opens), datetime.combine(day, closes)
    if _is_plain_day(first, last, zone):
        offset = first.replace(tzinfo=zone).utcoffset() or timedelta()
        begins = (first - offset).replace(tzinfo=UTC)
        count = (last - first + gap) // (length + gap)
        return tuple((start, start + length) for start in (begins + n * (length + gap) for n in range(count)))
    return tuple(_around_a_change(first, last, zone, length, gap))


def moment(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at which clocks in the zone show this local time, in UTC; None when they never do."""
    found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return found if found.astimezone(zone).replace(tzinfo=None, fold=0) == local else None


def _is_plain_day(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    """True when no clock changes between the two: the offset is one and the same, whichever way they are read."""
    return len({local.replace(tzinfo=zone, fold=fold).utcoffset() for local in (first, last) for fold in (0, 1)}) == 1


def _around_a_change(first: datetime, last: datetime, zone: ZoneInfo, length: timedelta, gap: timedelta) -> list[Span]:
    found: list[Span] = []
    local = first
    while local + length <= last:
        start = moment(local, zone)
        is_after_the_last_one = not found or (start is not None and start >= found[-1][1] + gap)
        if start is not None and is_after_the_last_one:
            end = start + length
            if end.astimezone(zone).replace(tzinfo=None) <= last:
                found.append((start, end))
        local += length + gap
    return found
