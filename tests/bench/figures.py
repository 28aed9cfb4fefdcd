"""Figures with their targets, and times that are taken in turns, so that a busy machine slows down all alike."""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

WARM_UP = 10
"""Rounds before the clock counts: the first ones fill caches and open connections."""
FEWEST = 40
"""Rounds that are taken whatever it costs; below that a 95th percentile says nothing."""
WIDTHS = (60, 13, 15, 9)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. Without a target it is for information only; `detail` says how it came about."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """`met`, `NOT MET`, or nothing when there is no target."""
        limits = ((self.at_most, operator.le), (self.at_least, operator.ge))
        asked = [compare(self.value, limit) for limit, compare in limits if limit is not None]
        if not asked:
            return ""
        return "met" if all(asked) else "NOT MET"

    @property
    def target(self) -> str:
        """`<= 2.50 x`, or nothing."""
        parts = [(sign, limit) for sign, limit in (("<=", self.at_most), (">=", self.at_least)) if limit is not None]
        return ", ".join(f"{sign} {self._written(limit)}" for sign, limit in parts)

    def __str__(self) -> str:
        return _line(self.what, self._written(self.value), self.target, self.verdict) + self.detail

    def _written(self, number: float) -> str:
        return f"{number:,.{0 if number >= 100 or number == int(number) else 2}f} {self.unit}".rstrip()


@dataclass(slots=True)
class Times:
    """Seconds that one thing took, round by round: on the clock, and of the processor in this thread."""

    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle time on the clock, in seconds."""
        return percentile(self.seconds, 50)

    @property
    def late(self) -> float:
        """The 95th percentile on the clock, in seconds."""
        return percentile(self.seconds, 95)

    @property
    def usually_busy(self) -> float:
        """The middle time of the processor, in seconds: how much of the median is our own Python."""
        return percentile(self.busy, 50)

    @property
    def undisturbed(self) -> float:
        """The time of the processor, in seconds, within which the quickest tenth was done: what others do not slow."""
        return percentile(self.busy, 10)


Prepare = Callable[[int], Callable[[], object]]


def in_turns(
    works: Mapping[str, Prepare],
    rounds: int,
    *,
    settle: Callable[[], object] = lambda: None,
    within: float = 25.0,
    warm_up: int = WARM_UP,
) -> dict[str, Times]:
    """Time several things in turns: A, B, A, B, ...

    Args:
        works: by name, what makes the work of a round ready (not timed) and gives back the work itself (timed).
        rounds: how many rounds count, if there is time.
        settle: called before each work, so that what the last one left to do in the background is done.
        within: seconds after which no further round begins, once there are FEWEST of them.
        warm_up: rounds before those that count.
    """
    times = {name: Times() for name in works}
    until = time.monotonic() + within
    for number in range(rounds + warm_up):
        if number >= FEWEST + warm_up and time.monotonic() > until:
            break
        for name, prepare in works.items():
            work = prepare(number)
            settle()
            taken = _timed(work)
            if number >= warm_up:
                times[name].seconds.append(taken[0])
                times[name].busy.append(taken[1])
    return times


def ratio(what: str, times: Times, bare: Times, *, at_most: float | None = None, in_process: bool = True) -> Figure:
    """The 95th percentile of one thing as a multiple of another's; beside it the medians, and the processor's part.

    Args:
        what: the line's name.
        times: of the one thing.
        bare: of the other.
        at_most: the target.
        in_process: the work was done in this thread; otherwise its processor's time says nothing.
    """
    parts = [f"median {times.median / bare.median:.2f} x ({_ms(times.median)} : {_ms(bare.median)} ms)"]
    if in_process:
        parts.append(f"processor {_ms(times.usually_busy)} : {_ms(bare.usually_busy)} ms")
    detail = ", ".join([*parts, f"n = {len(times.seconds)}"])
    return Figure(what, times.late / bare.late, "x", at_most=at_most, detail=detail)


def table(title: str, figures: Iterable[Figure]) -> Iterator[str]:
    """The lines of one part of the report."""
    yield ""
    yield _line(title, "measured", "target", "").rstrip()
    yield from (str(figure).rstrip() for figure in figures)


def _line(*cells: str) -> str:
    return "".join(cell.ljust(width - 1) + " " for cell, width in zip(cells, WIDTHS, strict=True))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    busy, begun = time.thread_time(), time.perf_counter()
    work()
    return time.perf_counter() - begun, time.thread_time() - busy


def percentile(seconds: list[float], percent: float) -> float:
    """The time within which so many percent of the rounds were done, by nearest rank."""
    return sorted(seconds)[math.ceil(len(seconds) * percent / 100) - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f}" if seconds > 1e-3 else f"{seconds * 1e3:.3f}"
