"""One time that can be had, and making many of them: a page may ask for fifty thousand."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from operator import itemgetter
from typing import Final, NamedTuple

from clinic.booking.local_times import Span
from clinic.booking.models import Availability, Mode

NEW: Final = tuple.__new__
"""Makes a slot from its fields in a third of the time."""


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
    """The times of one rule on one day, and beside each whether it is free for a call, and for a visit in the room."""

    rule: Availability
    spans: Sequence[Span]
    calls: Iterable[bool]
    visits: Iterable[bool]

    def in_ways(self, mode: str | None) -> Iterator[Iterable[Slot]]:
        """The slots of each way to meet, or of one."""
        rule = self.rule
        starts, ends = zip(*self.spans, strict=True) if self.spans else ((), ())
        who, name, is_capped = rule.clinician_id, rule.clinician.name, rule.most_per_day is not None
        for each in [mode] if mode else rule.modes:
            is_visit = each == Mode.IN_PERSON
            where = (rule.location, rule.room) if is_visit else ("", "")
            same = map(repeat, (who, name, each, *where))
            is_free = self.visits if is_visit else self.calls
            yield map(NEW, repeat(Slot), zip(starts, ends, *same, is_free, repeat(is_capped), strict=False))


def in_turn(of_the_day: list[Times], mode: str | None) -> Iterable[Slot]:
    """The slots of one local day by the clock, and those that begin together by clinician.

    Clinicians who share their hours take turns, which costs no comparison.
    """
    spans = of_the_day[0].spans
    ways = [each for times in of_the_day for each in times.in_ways(mode)]
    if all(times.spans == spans for times in of_the_day):
        return chain.from_iterable(zip(*ways, strict=True))
    return sorted(chain.from_iterable(ways), key=itemgetter(0))


@contextmanager
def no_collecting() -> Iterator[None]:
    """Slots that are being made are no rubbish: looking for some among them takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
