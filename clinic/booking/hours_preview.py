"""The next four weeks of a clinician as new hours would make them, beside what they are now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from clinic.booking import calendar, zones
from clinic.booking.find import Slot, slots_with
from clinic.booking.models import Availability
from clinic.booking.wanted import clock
from clinic.booking.words import WEEKDAYS

WEEKS: Final = 4
MOST_NAMED: Final = 2
"""So many days in a row are named one by one; more are named from the first to the last."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many times it would have, from when to when, and how many it has now."""

    words: str
    count: int
    span: str
    was: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The weeks, the sums of times, and the hours that are there already at the same time."""

    weeks: Sequence[Sequence[Day]]
    count: int
    was: int
    overlaps: Sequence[str]


def preview(added: Sequence[Availability], *, clinician_id: int, zone: str, now: datetime) -> Preview:
    """What would be free in the next four weeks, by the same search that patients use.

    Args:
        added: rules that are not saved.
        clinician_id: whose.
        zone: whose clocks are shown.
        now: the moment.
    """
    today = zones.local(now, zone).date()
    monday = today - timedelta(days=today.weekday())
    last = monday + timedelta(days=7 * WEEKS - 1)
    begin, end = calendar.bounds(monday, last, zone)
    told = {"clinician_id": clinician_id, "now": now, "since": begin, "until": end}
    then, before = slots_with(added, **told), slots_with((), **told)
    days = [monday + timedelta(days=n) for n in range(7 * WEEKS)]
    starts, was = _by_day(then, zone), Counter(zones.local(each, zone).date() for each in {s.start for s in before})
    every = [_day(day, starts.get(day, []), was[day]) for day in days]
    return Preview(
        weeks=[every[7 * n : 7 * n + 7] for n in range(WEEKS)],
        count=sum(each.count for each in every),
        was=sum(was.values()),
        overlaps=_overlaps(added, clinician_id),
    )


def _by_day(slots: Sequence[Slot], zone: str) -> dict[date, list[datetime]]:
    found: dict[date, list[datetime]] = {}
    for start in sorted({slot.start for slot in slots}):
        local = zones.local(start, zone)
        found.setdefault(local.date(), []).append(local)
    return found


def _day(day: date, starts: Sequence[datetime], was: int) -> Day:
    span = f"{clock(starts[0].time())} to {clock(starts[-1].time())}" if starts else ""
    return Day(zones.short_day(day), len(starts), span, was)


def _overlaps(added: Sequence[Availability], clinician_id: int) -> list[str]:
    """Hours that are there already, on the same weekday, at the same time, and on some of the same days."""
    there = list(Availability.objects.filter(clinician=clinician_id).order_by("weekday", "opens"))
    return [in_words(old) for old in there if any(_is_at_once(old, new) for new in added)]


def in_words(rule: Availability) -> str:
    """`Monday, 9 am to noon`."""
    return f"{WEEKDAYS[rule.weekday]}, {clock(rule.opens)} to {clock(rule.closes)}"


def week_in_words(rules: Iterable[Availability]) -> list[str]:
    """`Monday to Friday, 9 am to noon`: the days that share their hours together, in the order of the rules."""
    days: dict[tuple[time, time], list[int]] = defaultdict(list)
    for rule in rules:
        days[rule.opens, rule.closes].append(rule.weekday)
    return [f"{_days(each)}, {clock(opens)} to {clock(closes)}" for (opens, closes), each in days.items()]


def _days(weekdays: Iterable[int]) -> str:
    found = sorted(set(weekdays))
    is_a_row = len(found) > MOST_NAMED and found[-1] - found[0] == len(found) - 1
    return f"{WEEKDAYS[found[0]]} to {WEEKDAYS[found[-1]]}" if is_a_row else ", ".join(WEEKDAYS[day] for day in found)


def _is_at_once(old: Availability, new: Availability) -> bool:
    if old.weekday != new.weekday or old.opens >= new.closes or new.opens >= old.closes:
        return False
    return old.valid_from <= (new.valid_to or date.max) and new.valid_from <= (old.valid_to or date.max)
