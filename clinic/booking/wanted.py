"""Which times fit what was said, and which words to leave out when none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from clinic.booking import zones
from clinic.booking.find import Slot
from clinic.booking.models import Mode, Part
from clinic.booking.said import Range, Said
from clinic.booking.waiting import part_of
from clinic.booking.words import LANGUAGES, WEEKDAYS
from clinic.web.places import place_name

NOON: Final = time(12)
BEST: Final = 6
MORE: Final = 20
Holds = Callable[[Slot, datetime], bool]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a time must be: in words, and whether a slot is it by the clock that counts."""

    words: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class Without:
    """What leaving one criterion out would give; `others` are the words of what is kept."""

    words: str
    others: Sequence[str]
    count: int
    first: Slot


def criteria(said: Said, *, speakers: Mapping[str, set[int]], names: Mapping[int, str]) -> list[Criterion]:
    """What was understood, as things that must all hold.

    Args:
        said: by the patient.
        speakers: who speaks each language, by code; everybody speaks English.
        names: of the clinicians, by id.
    """
    found = [*_days(said), *_clock(said)]
    if said.modes:
        found.append(_way(said))
    if spoken := said.languages - {"en"}:
        who = set().union(*(speakers.get(code, set()) for code in spoken))
        found.append(Criterion(_either(LANGUAGES[code] for code in spoken), lambda slot, _: slot.clinician_id in who))
    if said.clinicians:
        called = _either(names[who] for who in said.clinicians)
        found.append(Criterion(called, lambda slot, _: slot.clinician_id in said.clinicians))
    return found


def _way(said: Said) -> Criterion:
    """Any of the ways that were said; a place only says where they meet in person."""
    places = " or ".join(place_name(each) for each in sorted(said.places))
    words = {mode: str(Mode(mode).label) for mode in Mode} | (
        {Mode.IN_PERSON: f"In person, {places}"} if places else {}
    )

    def holds(slot: Slot, _: datetime) -> bool:
        is_there = slot.mode != Mode.IN_PERSON or not said.places or slot.location in said.places
        return slot.mode in said.modes and is_there

    return Criterion(_either(words[mode] for mode in Mode if mode in said.modes), holds)


def _days(said: Said) -> Iterable[Criterion]:
    if said.weekdays:
        called = "weekdays" if said.weekdays == set(range(5)) else _weekdays(said.weekdays)
        yield Criterion(called, lambda _, local: local.weekday() in said.weekdays)
    if said.not_weekdays:
        yield Criterion(
            f"not {_weekdays(said.not_weekdays)}", lambda _, local: local.weekday() not in said.not_weekdays
        )
    if said.days:
        called = _either(_range(each) for each in said.days)
        yield Criterion(called, lambda _, local: any(first <= local.date() <= last for first, last in said.days))
    if said.since > date.min:
        yield Criterion(f"from {zones.short_day(said.since)}", lambda _, local: local.date() >= said.since)
    if said.until < date.max:
        yield Criterion(f"until {zones.short_day(said.until)}", lambda _, local: local.date() <= said.until)


def _clock(said: Said) -> Iterable[Criterion]:
    after, before = said.after, said.before
    if after is not None:
        yield Criterion(f"from {clock(after)}", lambda _, local: local.time() >= after)
    if before is not None:
        yield Criterion(f"before {clock(before)}", lambda _, local: local.time() < before)
    if said.at:
        yield Criterion(
            f"at {_either(clock(each) for each in sorted(said.at))}", lambda _, local: local.time() in said.at
        )
    if said.parts:
        called = _either(f"in the {part.value}" for part in Part if part in said.parts)
        yield Criterion(called, lambda _, local: part_of(local) in said.parts)


def fitting(slots: Sequence[Slot], wanted: Sequence[Criterion], zone: str) -> list[Slot]:
    """The slots that hold every criterion by the clocks of the zone."""
    local_of = {start: zones.local(start, zone) for start in {slot.start for slot in slots}}
    return [slot for slot in slots if all(each.holds(slot, local_of[slot.start]) for each in wanted)]


def left_out(slots: Sequence[Slot], wanted: Sequence[Criterion], zone: str) -> list[Without]:
    """For each criterion, what fits all the others; those that help nothing are not said."""
    found = []
    for dropped in wanted:
        kept = [each for each in wanted if each is not dropped]
        rest = fitting(slots, kept, zone)
        if rest:
            count = len({(slot.start, slot.clinician_id) for slot in rest})
            found.append(Without(dropped.words, [each.words for each in kept], count, rest[0]))
    return found


def clock(moment: time) -> str:
    """`4 pm`, `9:20 am`, `noon`."""
    if moment == NOON:
        return "noon"
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes} {'am' if moment.hour < 12 else 'pm'}"


def _weekdays(days: set[int]) -> str:
    return _either(WEEKDAYS[day] for day in sorted(days))


def _range(days: Range) -> str:
    first, last = days
    return zones.short_day(first) if first == last else f"{zones.short_day(first)} to {zones.short_day(last)}"


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return " or ".join(filter(None, (", ".join(others), last)))
