"""Times and appointments as pages show them: ways to meet, days with counts, times by part of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.booking import zones
from clinic.booking.asked import Asked
from clinic.booking.find import Slot
from clinic.booking.models import Mode
from clinic.web import dates
from clinic.web.places import LOCATIONS

DAYS_SHOWN: Final = 6
SOON: Final = timedelta(days=14)
CLOSEST: Final = 3
NOON: Final = 12
EVENING: Final = 17


@dataclass(frozen=True, slots=True)
class Way:
    """A way to meet: its value in addresses, what people read, and whether it is the one shown."""

    value: str
    label: str
    hint: str
    icon: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its number of free times; one that is full has no address."""

    weekday: str
    short: str
    words: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Time:
    """A time to choose: its value, what is seen, and what is read out."""

    value: str
    clock: str
    short: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Part:
    """Morning, afternoon or evening, with its times."""

    name: str
    times: Sequence[Time]


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """Everything the page to choose a time shows."""

    asked: Asked
    ways: Sequence[Way]
    zone_name: str
    clock_there: str
    clinic_zone_name: str
    soonest: Time | None
    far_off: str
    days: Sequence[Day]
    earlier_url: str
    later_url: str
    day_words: str
    clocks_change: str
    parts: Sequence[Part]
    closest: Sequence[Time]
    length: str
    zone_page: str


def choose_page(slots: Sequence[Slot], asked: Asked, *, now: datetime, near: datetime | None = None) -> ChoosePage:
    """The page for what is asked.

    Args:
        slots: what the rules offer, soonest first, taken ones included.
        asked: with a zone that is known; a way or a day that makes no sense is replaced by the first that has a time.
        now: the moment.
        near: a time that was just taken; the closest three are shown first.
    """
    way = _way_shown(slots, asked.way)
    offered = [slot for slot in slots if slot.way == way]
    free = sorted({slot.start for slot in offered if slot.is_free})
    days = _days(offered, asked.zone)
    day = _day_shown(days, asked.day)
    asked = Asked(way, day.isoformat() if day else "", asked.zone)
    shown, earlier, later = _days_around(days, day)
    clinic_zone = zones.of_location(offered[0].location if offered else "")
    is_elsewhere = zones.differ(free[0] if free else now, clinic_zone, asked.zone)
    return ChoosePage(
        asked=asked,
        ways=_ways(slots, way),
        zone_name=zones.name(asked.zone),
        clock_there=zones.clock(now, asked.zone),
        clinic_zone_name=zones.name(clinic_zone) if is_elsewhere else "",
        soonest=_time(free[0], asked.zone) if free else None,
        far_off=_far_off(free, asked.zone, now),
        days=[_day(each, count, asked, day) for each, count in shown],
        earlier_url=_page_url(earlier, asked),
        later_url=_page_url(later, asked),
        day_words=zones.day_in_words(day) if day else "",
        clocks_change=zones.clocks_change_on(day, asked.zone) if day else "",
        parts=_parts(free, day, asked.zone),
        closest=_closest(free, near, asked.zone),
        length=_length(offered),
        zone_page=asked.query(),
    )


def _length(offered: Sequence[Slot]) -> str:
    """How long a visit takes; from the shortest to the longest when they differ."""
    minutes = sorted({int((slot.end - slot.start).total_seconds()) // 60 for slot in offered})
    if not minutes:
        return ""
    if len(minutes) == 1:
        return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes[0]) % {"minutes": minutes[0]}
    return _("%(shortest)s to %(longest)s minutes") % {"shortest": minutes[0], "longest": minutes[-1]}


def _way_shown(slots: Sequence[Slot], asked: str) -> str:
    """The way asked for, if it is offered; otherwise the first that has a free time."""
    offered = {slot.way for slot in slots}
    if asked in offered:
        return asked
    free = {slot.way for slot in slots if slot.is_free}
    return next((way for way in _in_order(free or offered)), "")


def _in_order(ways: Iterable[str]) -> list[str]:
    order = [Mode.PHONE.value, Mode.VIDEO.value, *(place["slug"] for place in LOCATIONS)]
    return sorted(ways, key=lambda way: (order.index(way) if way in order else len(order), way))


def _ways(slots: Sequence[Slot], chosen: str) -> list[Way]:
    places = {place["slug"]: place for place in LOCATIONS}
    icons = {Mode.PHONE.value: "phone", Mode.VIDEO.value: "video"}
    found = []
    for way in _in_order({slot.way for slot in slots}):
        if way in icons:
            found.append(Way(way, Mode(way).label, "", icons[way], way == chosen))
        else:
            place = places.get(way, {"name": way, "street": ""})
            label = _("In person, %(place)s") % {"place": place["name"]}
            found.append(Way(way, label, place["street"], "pin", way == chosen))
    return found


def way_choices(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """The ways to meet that are offered at all, each with its words."""
    return [(way.value, way.label) for way in _ways(slots, "")]


def _days(offered: Sequence[Slot], zone: str) -> list[tuple[date, int]]:
    """Each local day that the rules offer, with its number of free times."""
    by_day = groupby(offered, key=lambda slot: zones.local(slot.start, zone).date())
    return [(day, len({slot.start for slot in of_day if slot.is_free})) for day, of_day in by_day]


def _day_shown(days: Sequence[tuple[date, int]], asked: str) -> date | None:
    """The day asked for, if it has a free time; otherwise the first that has."""
    free = [day for day, count in days if count]
    return next((day for day in free if day.isoformat() == asked), free[0] if free else None)


def _days_around(
    days: Sequence[tuple[date, int]], day: date | None
) -> tuple[Sequence[tuple[date, int]], date | None, date | None]:
    """The six days among which the chosen one is, and the first free day before and after them."""
    if day is None:
        return (), None, None
    first_free = next(place for place, (_, count) in enumerate(days) if count)
    listed = days[first_free:]
    page = [each for each, _ in listed].index(day) // DAYS_SHOWN
    begin, end = page * DAYS_SHOWN, (page + 1) * DAYS_SHOWN
    earlier = [each for each, count in listed[max(begin - DAYS_SHOWN, 0) : begin] if count]
    later = [each for each, count in listed[end:] if count]
    return listed[begin:end], earlier[0] if earlier else None, later[0] if later else None


def _page_url(day: date | None, asked: Asked) -> str:
    return f"{asked.query(day=day.isoformat())}#days" if day else ""


def _day(day: date, count: int, asked: Asked, chosen: date | None) -> Day:
    return Day(
        weekday=dates.short_weekday(day),
        short=dates.short_month_day(day),
        words=zones.day_in_words(day),
        count=count,
        url=f"{asked.query(day=day.isoformat())}#times" if count else "",
        is_chosen=day == chosen,
    )


def _time(start: datetime, zone: str) -> Time:
    local = zones.local(start, zone)
    clock = zones.clock(start, zone)
    return Time(
        value=start.isoformat(),
        clock=clock,
        short=dates.day_and_clock(zones.short_day(local.date()), clock),
        spoken=_spoken(local) % {"day": zones.day_in_words(local.date()), "clock": clock},
    )


def _part_of_day(local: datetime) -> str:
    return _("Morning") if local.hour < NOON else _("Afternoon") if local.hour < EVENING else _("Evening")


def _spoken(local: datetime) -> str:
    if local.hour < NOON:
        return _("%(day)s, morning, %(clock)s")
    return _("%(day)s, afternoon, %(clock)s") if local.hour < EVENING else _("%(day)s, evening, %(clock)s")


def _parts(free: Sequence[datetime], day: date | None, zone: str) -> list[Part]:
    of_day = [start for start in free if zones.local(start, zone).date() == day]
    grouped = groupby(of_day, key=lambda start: _part_of_day(zones.local(start, zone)))
    return [Part(name, [_time(start, zone) for start in starts]) for name, starts in grouped]


def _closest(free: Sequence[datetime], near: datetime | None, zone: str) -> list[Time]:
    if near is None:
        return []
    closest = sorted(free, key=lambda start: abs(start - near))[:CLOSEST]
    return [_time(start, zone) for start in sorted(closest)]


def _far_off(free: Sequence[datetime], zone: str, now: datetime) -> str:
    """The first day with a time, when it is so far off that it has to be said."""
    return zones.day_in_words(zones.local(free[0], zone).date()) if free and free[0] - now > SOON else ""
