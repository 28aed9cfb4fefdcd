"""Stretches of time that are taken, merged so that "is this free?" is one search."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


class Busy:
    """Taken stretches, each half open: one that ends at ten leaves ten free."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._begins: list[datetime] = []
        self._ends: list[datetime] = []
        for begin, end in sorted(spans):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """True when any of it is taken."""
        after = bisect_right(self._ends, begin)
        return after < len(self._begins) and self._begins[after] < end

    def within(self, begin: datetime, end: datetime) -> Busy | None:
        """What is taken, or nothing when none of it is between these moments."""
        return self if self.overlaps(begin, end) else None
