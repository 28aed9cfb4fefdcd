"""One time that can be had, and making many of them: a page may ask for fifty thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from clinic.booking.local_times import Span
from clinic.booking.models import Availability, Mode

Flags = bool | Sequence[bool]


class Slot(NamedTuple):
    """A time that the rules offer, with whom and how, in the order of the clock; `is_free` unless somebody has it.

    `is_capped` when the clinician takes only so many visits a day: then it may be full though the time is free.
    """

    start: datetime
    end: datetime
    clinician_id: int
    clinician: str
    mode: str
    location: str
    room: str
    is_free: bool
    is_capped: bool = False

    @property
    def way(self) -> str:
        """How to meet, in one word: phone, video, or the location of a visit."""
        return self.location if self.mode == Mode.IN_PERSON else self.mode


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one rule on one day, and whether they are free for a call and for a visit: all alike, or each."""

    rule: Availability
    spans: tuple[Span, ...]
    calls: Flags
    visits: Flags

    @property
    def is_all_free(self) -> bool:
        """True when nothing of it is taken, in whatever way to meet."""
        return self.calls is True and self.visits is True

    def in_ways(self, mode: str | None) -> Iterable[Iterable[Slot]]:
        """The slots of each way to meet, or of one."""
        rule = self.rule
        modes = (mode,) if mode else tuple(rule.modes)
        who = (rule.clinician_id, rule.clinician.name)
        where = (rule.location, rule.room, rule.most_per_day is not None)
        if self.is_all_free:
            return _all_free(self.spans, *who, modes, *where)
        return [self._in_way(each, who, where) for each in modes]

    def _in_way(self, mode: str, who: tuple[int, str], where: tuple[str, str, bool]) -> Iterable[Slot]:
        flags = self.visits if mode == Mode.IN_PERSON else self.calls
        about = (self.spans, *who, mode, *where)
        if isinstance(flags, bool):
            return _made(*about, flags)
        return map(_one_of, flags, _made(*about, True), _made(*about, False))


@lru_cache(maxsize=4096)
def _all_free(
    spans: tuple[Span, ...], who: int, name: str, modes: tuple[str, ...], location: str, room: str, is_capped: bool
) -> tuple[tuple[Slot, ...], ...]:
    """What `_made` makes of each way to meet: most days of most rules are free, and looking up one thing is quick."""
    return tuple(_made(spans, who, name, each, location, room, is_capped, True) for each in modes)


@lru_cache(maxsize=8192)
def _made(
    spans: tuple[Span, ...], who: int, name: str, mode: str, location: str, room: str, is_capped: bool, is_free: bool
) -> tuple[Slot, ...]:
    """The slots of one rule on one day, in one way to meet, as if all of them were free, or none.

    Kept for the next call, as they follow from the rule and the day alone: a page may ask for fifty thousand; making
    them anew costs more than all the rest. Which of them are free is asked every time.
    """
    if mode != Mode.IN_PERSON:
        location = room = ""
    return tuple(Slot(start, end, who, name, mode, location, room, is_free, is_capped) for start, end in spans)


def _one_of(is_free: bool, free: Slot, taken: Slot) -> Slot:
    return free if is_free else taken


def in_order(days: Iterable[list[Times]], mode: str | None, *, only_free: bool) -> list[Slot]:
    """The slots of local days that follow each other, by the clock; those that begin together by clinician.

    Days of one time zone need no sorting, days of two may overlap.
    """
    found: list[Slot] = []
    is_sorted = True
    for of_the_day in days:
        slots = list(_in_turn(of_the_day, mode))
        if only_free and not all(times.is_all_free for times in of_the_day):
            slots = [slot for slot in slots if slot.is_free]
        is_sorted = is_sorted and not (found and slots and slots[0].start < found[-1].start)
        found += slots
    return found if is_sorted else sorted(found, key=itemgetter(0))


def _in_turn(of_the_day: list[Times], mode: str | None) -> Iterable[Slot]:
    """The slots of one local day by the clock, and those that begin together by clinician.

    Clinicians who share their hours take turns, which costs no comparison.
    """
    spans = of_the_day[0].spans
    ways = [each for times in of_the_day for each in times.in_ways(mode)]
    if all(times.spans == spans for times in of_the_day):
        return chain.from_iterable(zip(*ways, strict=True))
    return sorted(chain.from_iterable(ways), key=itemgetter(0))
