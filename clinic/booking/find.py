"""Which times can be had: worked out from the weekly rules, licences, time off and appointments, and never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinic.booking.busy import Busy
from clinic.booking.local_times import Span, slots_on
from clinic.booking.models import Appointment, Availability, License, Mode, TimeOff


class Slot(NamedTuple):
    """A time that the rules offer, with whom and how, in the order of the clock; `is_free` unless somebody has it."""

    start: datetime
    end: datetime
    clinician_id: int
    clinician: str
    mode: str
    location: str
    room: str
    is_free: bool

    @property
    def way(self) -> str:
        """How to meet, in one word: phone, video, or the location of a visit."""
        return self.location if self.mode == Mode.IN_PERSON else self.mode


@dataclass(frozen=True, slots=True)
class _Taken:
    """What stands in the way: appointments by clinician and by room, and time off."""

    clinicians: dict[int, Busy]
    rooms: dict[tuple[str, str], Busy]
    time_off: dict[int, Busy]


def free_times(
    *,
    patient_region: str,
    now: datetime,
    mode: str | None = None,
    until: datetime | None = None,
    patient_id: UUID | None = None,
) -> list[Slot]:
    """The times somebody can have, soonest first. Four queries, however many times there are.

    Args:
        patient_region: where the patient is, such as US-CA; when it is empty, nobody is licensed there.
        now: the moment; holds that have expired by then do not count.
        mode: only this way to meet; any when left out.
        until: only times that begin before this moment; otherwise as far as each rule reaches.
        patient_id: whose own hold is not in the way.
    """
    offered = slots(patient_region=patient_region, now=now, mode=mode, until=until, patient_id=patient_id)
    return [slot for slot in offered if slot.is_free]


def slots(
    *,
    patient_region: str,
    now: datetime,
    mode: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    clinician_id: int | None = None,
    patient_id: UUID | None = None,
) -> list[Slot]:
    """The times the rules offer, taken ones included, soonest first; see `free_times`.

    Args:
        since: only times that begin at this moment or later.
        clinician_id: only this clinician.
    """
    licensed_until = _licences(patient_region, clinician_id)
    rules = _rules(licensed_until, mode, now)
    if not rules:
        return []
    last = now + max(timedelta(days=rule.horizon_days) for rule in rules)
    window = (max(filter(None, (since, now))), min(filter(None, (until, last + timedelta(microseconds=1)))))
    if window[0] >= window[1]:
        return []
    taken = _taken(rules, window, now, patient_id)
    found: set[Slot] = set()
    for rule in rules:
        modes = [mode] if mode else rule.modes
        found.update(_slots_of(rule, modes, window, now, licensed_until[rule.clinician_id], taken))
    return sorted(found)


def _licences(region: str, clinician_id: int | None) -> dict[int, date]:
    """Until when each clinician is licensed in the region."""
    if not region:
        return {}
    licences = License.objects.filter(region=region, clinician__is_active=True)
    if clinician_id is not None:
        licences = licences.filter(clinician_id=clinician_id)
    return {who: until or date.max for who, until in licences.values_list("clinician_id", "expires_on")}


def _rules(licensed: Iterable[int], mode: str | None, now: datetime) -> list[Availability]:
    yesterday = now.date() - timedelta(days=1)
    rules = Availability.objects.filter(clinician__in=list(licensed)).select_related("clinician")
    rules = rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=yesterday))
    return list(rules.filter(modes__contains=[mode]) if mode else rules)


def _taken(rules: list[Availability], window: Span, now: datetime, patient_id: UUID | None) -> _Taken:
    """Two queries, a day wider than the window on both sides, so that buffers see their neighbours."""
    who = {rule.clinician_id for rule in rules}
    wide = (window[0] - timedelta(days=1), window[1] + timedelta(days=1))
    rooms = {rule.room for rule in rules if rule.room}
    kept = Appointment.objects.in_the_way(now).filter(Q(clinician__in=who) | Q(room__in=rooms), during__overlap=wide)
    if patient_id is not None:
        kept = kept.exclude(patient_id=patient_id, state=Appointment.State.HELD)
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
    return _Taken(*({key: Busy(spans) for key, spans in each.items()} for each in (by_clinician, by_room, off)))


def _slots_of(
    rule: Availability, modes: Sequence[str], window: Span, now: datetime, licensed_until: date, taken: _Taken
) -> Iterator[Slot]:
    """The slots of one rule, once for each way to meet."""
    nobody = Busy()
    who, name, gap = rule.clinician_id, rule.clinician.name, timedelta(minutes=rule.buffer_minutes)
    clinician, off = taken.clinicians.get(who, nobody), taken.time_off.get(who, nobody)
    room = taken.rooms.get((rule.location, rule.room), nobody)
    for start, end in _times_of(rule, window, now, licensed_until):
        if off.overlaps(start, end):
            continue
        is_free = not clinician.overlaps(start - gap, end + gap)
        for mode in modes:
            if mode == Mode.IN_PERSON:
                has_room = is_free and not room.overlaps(start, end)
                yield Slot(start, end, who, name, mode, rule.location, rule.room, has_room)
            else:
                yield Slot(start, end, who, name, mode, "", "", is_free)


def _times_of(rule: Availability, window: Span, now: datetime, licensed_until: date) -> Iterator[Span]:
    """Every slot of a rule in the window, after its notice and before its horizon."""
    zone = ZoneInfo(rule.time_zone)
    earliest = max(window[0], now + timedelta(hours=rule.notice_hours))
    latest = min(window[1], now + timedelta(days=rule.horizon_days, microseconds=1))
    if earliest >= latest:
        return
    day = max(earliest.astimezone(zone).date(), rule.valid_from)
    last_day = min(latest.astimezone(zone).date(), rule.valid_to or date.max, licensed_until)
    day += timedelta(days=(rule.weekday - day.weekday()) % 7)
    while day <= last_day:
        spans = slots_on(
            day,
            opens=rule.opens,
            closes=rule.closes,
            zone=zone,
            length=timedelta(minutes=rule.slot_minutes),
            gap=timedelta(minutes=rule.buffer_minutes),
        )
        yield from (span for span in spans if earliest <= span[0] < latest)
        day += timedelta(days=7)
