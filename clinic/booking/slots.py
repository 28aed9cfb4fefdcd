"""One time that can be had, and making many of them: a page may ask for fifty thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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

    def in_ways(self, mode: str | None) -> Iterator[Iterable[Slot]]:
        """The slots of each way to meet, or of one."""
        rule = self.rule
        for each in [mode] if mode else rule.modes:
            is_visit = each == Mode.IN_PERSON
            where = (rule.location, rule.room) if is_visit else ("", "")
            about = (self.spans, rule.clinician_id, rule.clinician.name, each, *where, rule.most_per_day is not None)
            flags = self.visits if is_visit else self.calls
            if isinstance(flags, bool):
                yield _made(*about, flags)
            else:
                yield map(_one_of, flags, _made(*about, True), _made(*about, False))


@lru_cache(maxsize=8192)
def _made(
    spans: tuple[Span, ...], who: int, name: str, mode: str, location: str, room: str, is_capped: bool, is_free: bool
) -> tuple[Slot, ...]:
    """The slots of one rule on one day, in one way to meet, as if all of them were free, or none.

    Kept for the next call, as they follow from the rule and the day alone: a page may ask for fifty thousand; making
    them anew costs more than all the rest. Which of them are free is asked every time.
    """
    return tuple(Slot(start, end, who, name, mode, location, room, is_free, is_capped) for start, end in spans)


def _one_of(is_free: bool, free: Slot, taken: Slot) -> Slot:
    return free if is_free else taken


def in_turn(of_the_day: list[Times], mode: str | None) -> Iterable[Slot]:
    """The slots of one local day by the clock, and those that begin together by clinician.

    Clinicians who share their hours take turns, which costs no comparison.
    """
    spans = of_the_day[0].spans
    ways = [each for times in of_the_day for each in times.in_ways(mode)]
    if all(times.spans == spans for times in of_the_day):
        return chain.from_iterable(zip(*ways, strict=True))
    return sorted(chain.from_iterable(ways), key=itemgetter(0))
