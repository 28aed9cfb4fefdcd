"""Which times can be had: worked out from the weekly rules, licences, time off and appointments, and never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import repeat
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinic.booking.busy import Busy
from clinic.booking.local_times import Span, slots_on
from clinic.booking.models import SEES_PATIENTS, Appointment, Availability, Holiday, License, TimeOff
from clinic.booking.models.appointments import KEPT, OVER
from clinic.booking.slots import Flags, Slot, Times, in_order

NOBODY: Final = Busy()


@dataclass(frozen=True, slots=True)
class _Taken:
    """What stands in the way: appointments by clinician and by room, time off, holidays."""

    clinicians: dict[int, Busy]
    rooms: dict[tuple[str, str], Busy]
    time_off: dict[int, Busy]
    begins: dict[int, list[datetime]]
    closed: set[tuple[str, date]]

    def is_closed(self, location: str, day: date) -> bool:
        """True on a holiday of the location, or of the whole clinic."""
        return (location, day) in self.closed or ("", day) in self.closed

    def visits(self, clinician_id: int, day: date, time_zone: str) -> int:
        """How many visits a clinician has on a local day."""
        zone = ZoneInfo(time_zone)
        return sum(begin.astimezone(zone).date() == day for begin in self.begins.get(clinician_id, ()))


def free_times(
    *,
    patient_region: str,
    now: datetime,
    mode: str | None = None,
    until: datetime | None = None,
    patient_id: UUID | None = None,
) -> list[Slot]:
    """The times somebody can have, soonest first. Five queries, however many times there are.

    Args:
        patient_region: where the patient is, such as US-CA; when it is empty, nobody is licensed there.
        now: the moment; holds that have expired by then do not count.
        mode: only this way to meet; any when left out.
        until: only times that begin before this moment; otherwise as far as each rule reaches.
        patient_id: whose own hold is not in the way.
    """
    licensed_until = _licences(patient_region, None)
    asked = _Asked(now, mode, None, until, patient_id, with_notice=True)
    return _offered(_rules(licensed_until, mode, now), licensed_until, asked, only_free=True)


def slots(
    *,
    patient_region: str,
    now: datetime,
    mode: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    clinician_id: int | None = None,
    patient_id: UUID | None = None,
    with_notice: bool = True,
) -> list[Slot]:
    """The times the rules offer, taken ones included, soonest first; see `free_times`.

    Args:
        since: only times that begin at this moment or later.
        clinician_id: only this clinician.
        with_notice: false for a time that became free, in which the clinician was to see somebody anyway.
    """
    licensed_until = _licences(patient_region, clinician_id)
    asked = _Asked(now, mode, since, until, patient_id, with_notice)
    return _offered(_rules(licensed_until, mode, now), licensed_until, asked)


def open_slots(*, now: datetime, since: datetime, until: datetime, clinician_id: int | None = None) -> list[Slot]:
    """What is free of everybody, or of one clinician, whoever the patient may be; no notice. Five queries.

    Args:
        now: the moment.
        since, until: between which the slots begin.
        clinician_id: only this clinician.
    """
    rules = Availability.objects.filter(SEES_PATIENTS)
    who = rules.filter(clinician=clinician_id) if clinician_id is not None else rules
    anywhere = dict.fromkeys(who.values_list("clinician_id", flat=True), date.max)
    asked = _Asked(now, None, since, until, None, with_notice=False)
    return _offered(_rules(anywhere, None, now), anywhere, asked, only_free=True)


def slots_with(
    added: Sequence[Availability], *, clinician_id: int, now: datetime, since: datetime, until: datetime
) -> list[Slot]:
    """What would be free of a clinician with these rules besides their own; nothing is stored. Five queries.

    Args:
        added: rules that are not saved; none shows what is free now.
        clinician_id: whose.
        now: the moment.
        since, until: between which the slots begin.
    """
    anywhere = {clinician_id: date.max}
    asked = _Asked(now, None, since, until, None, with_notice=False)
    rules = [*_rules(anywhere, None, now), *added]
    return _offered(rules, anywhere, asked, only_free=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the rules, as `slots` takes it."""

    now: datetime
    mode: str | None
    since: datetime | None
    until: datetime | None
    patient_id: UUID | None
    with_notice: bool


def _offered(
    rules: list[Availability], licensed_until: dict[int, date], asked: _Asked, *, only_free: bool = False
) -> list[Slot]:
    if not rules:
        return []
    now, mode, since, until = asked.now, asked.mode, asked.since, asked.until
    last = now + max(timedelta(days=rule.horizon_days) for rule in rules)
    window = (max(filter(None, (since, now))), min(filter(None, (until, last + timedelta(microseconds=1)))))
    if window[0] >= window[1]:
        return []
    if not asked.with_notice:
        for rule in rules:
            rule.notice_hours = 0
    taken = _taken(rules, window, now, asked.patient_id)
    days: dict[date, list[Times]] = defaultdict(list)
    for rule in rules:
        for day, spans in _days_of(rule, window, now, licensed_until[rule.clinician_id]):
            if not taken.is_closed(rule.location, day):
                days[day].append(_times_on(rule, day, spans, taken))
    found = in_order([days[day] for day in sorted(days)], mode, only_free=only_free)
    return found if _are_apart(rules) else sorted(set(found))


def _are_apart(rules: list[Availability]) -> bool:
    """True when no two rules can say the same slot, so that nothing has to be compared but the clock."""
    return len({(rule.clinician_id, rule.weekday) for rule in rules}) == len(rules)


def _licences(region: str, clinician_id: int | None) -> dict[int, date]:
    """Until when each clinician is licensed in the region."""
    if not region:
        return {}
    licences = License.objects.filter(SEES_PATIENTS, region=region)
    if clinician_id is not None:
        licences = licences.filter(clinician_id=clinician_id)
    return {who: until or date.max for who, until in licences.values_list("clinician_id", "expires_on")}


def _rules(licensed: Iterable[int], mode: str | None, now: datetime) -> list[Availability]:
    yesterday = now.date() - timedelta(days=1)
    rules = (
        Availability.objects.filter(clinician__in=list(licensed))
        .select_related("clinician")
        .order_by("clinician", "pk")
    )
    rules = rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=yesterday))
    return list(rules.filter(modes__contains=[mode]) if mode else rules)


def _taken(rules: list[Availability], window: Span, now: datetime, patient_id: UUID | None) -> _Taken:
    """Three queries, a day wider than the window on both sides, so that buffers see their neighbours."""
    who = {rule.clinician_id for rule in rules}
    wide = (window[0] - timedelta(days=1), window[1] + timedelta(days=1))
    rooms = {rule.room for rule in rules if rule.room}
    kept = Appointment.objects.in_the_way(now) | Appointment.objects.filter(state__in=OVER)
    kept = kept.filter(Q(clinician__in=who) | Q(room__in=rooms), during__overlap=wide)
    if patient_id is not None:
        kept = kept.exclude(patient_id=patient_id, state__in=KEPT)
    by_clinician: dict[int, list[Span]] = defaultdict(list)
    by_room: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for clinician, location, room, during in kept.values_list("clinician_id", "location", "room", "during"):
        by_clinician[clinician].append((during.lower, during.upper))
        if room:
            by_room[location, room].append((during.lower, during.upper))
    off: dict[int, list[Span]] = defaultdict(list)
    absent = TimeOff.objects.filter(clinician__in=who, during__overlap=wide)
    for clinician, during in absent.values_list("clinician_id", "during"):
        off[clinician].append((during.lower or wide[0], during.upper or wide[1]))
    holidays = Holiday.objects.filter(day__range=[moment.date() for moment in wide])
    closed = set(holidays.values_list("location", "day"))
    busy = ({key: Busy(spans) for key, spans in each.items()} for each in (by_clinician, by_room, off))
    return _Taken(
        *busy, begins={who: [begin for begin, _ in spans] for who, spans in by_clinician.items()}, closed=closed
    )


def _times_on(rule: Availability, day: date, spans: tuple[Span, ...], taken: _Taken) -> Times:
    """The times of one rule on one day; who has them is asked once, for all ways to meet."""
    who, gap = rule.clinician_id, timedelta(minutes=rule.buffer_minutes)
    first, last = spans[0][0], spans[-1][1]
    if off := taken.time_off.get(who, NOBODY).within(first, last):
        spans = tuple(span for span in spans if not off.overlaps(*span))
    clinician = taken.clinicians.get(who, NOBODY).within(first - gap, last + gap)
    room = taken.rooms.get((rule.location, rule.room), NOBODY).within(first, last)
    calls: Flags = True
    if rule.most_per_day is not None and taken.visits(who, day, rule.time_zone) >= rule.most_per_day:
        calls = False
    elif clinician:
        calls = [not clinician.overlaps(start - gap, end + gap) for start, end in spans]
    visits = calls
    if room:
        each = repeat(calls) if isinstance(calls, bool) else calls
        visits = [is_free and not room.overlaps(*span) for is_free, span in zip(each, spans, strict=False)]
    return Times(rule, spans, calls, visits)


def _days_of(
    rule: Availability, window: Span, now: datetime, licensed_until: date
) -> Iterator[tuple[date, tuple[Span, ...]]]:
    """Every slot of a rule in the window, day by day, after its notice and before its horizon."""
    zone = ZoneInfo(rule.time_zone)
    earliest = max(window[0], now + timedelta(hours=rule.notice_hours))
    latest = min(window[1], now + timedelta(days=rule.horizon_days, microseconds=1))
    if earliest >= latest:
        return
    length, gap = timedelta(minutes=rule.slot_minutes), timedelta(minutes=rule.buffer_minutes)
    day = max(earliest.astimezone(zone).date(), rule.valid_from)
    last_day = min(latest.astimezone(zone).date(), rule.valid_to or date.max, licensed_until)
    day += timedelta(days=(rule.weekday - day.weekday()) % 7)
    while day <= last_day:
        spans = slots_on(day, opens=rule.opens, closes=rule.closes, zone=zone, length=length, gap=gap)
        if spans and not (earliest <= spans[0][0] and spans[-1][0] < latest):
            spans = tuple(span for span in spans if earliest <= span[0] < latest)
        if spans:
            yield day, spans
        day += timedelta(days=7)
