"""The scales of an intake as they are shown: total, band, or what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from screening.answers import UnreadableAnswer
from screening.instruments import Instrument, score
from screening.protocol import Protocol

NOT_ASKED: Final = "Not asked"


@dataclass(frozen=True, slots=True)
class Scored:
    """One scale. `total` is None when it is not complete; `missing` says why. `cuts` are the lowest of each band."""

    name: str
    total: float | None
    maximum: int
    band: str
    missing: str
    cuts: tuple[int, ...]

    @property
    def points(self) -> str:
        """The total as people write it: `17`, or `4.33` for a mean."""
        return "" if self.total is None else f"{self.total:g}"


def scores(protocol: Protocol, answers: Mapping[str, object]) -> list[Scored]:
    """Every scale of the protocol, in its order.

    Args:
        protocol: whose scales.
        answers: what was answered, keyed by question; questions that were not shown are left out.
    """
    return [_scored(instrument, answers) for instrument in protocol.instruments.values()]


def short(shown: list[Scored]) -> list[str]:
    """`PHQ-9 17`, `GAD-7 not complete`: the first two scales, for a row of the worklist."""
    return [f"{each.name} {each.points or each.missing.lower().split('.')[0]}" for each in shown[:2]]


def _scored(instrument: Instrument, answers: Mapping[str, object]) -> Scored:
    items = [answers.get(item) for item in instrument.items]
    highest = instrument.highest_item if instrument.scoring == "mean" else instrument.highest_item * len(items)
    cuts = tuple(band.low for band in instrument.bands)
    if not any(item in answers for item in instrument.items):
        return Scored(instrument.name, None, highest, "", NOT_ASKED, cuts)
    try:
        told = score(instrument, items)
    except UnreadableAnswer as problem:
        return Scored(instrument.name, None, highest, "", f"Not readable. {problem}.", cuts)
    if not told.complete:
        return Scored(instrument.name, None, highest, "", f"Not complete. {told.flags[-1]}", cuts)
    return Scored(instrument.name, told.total, highest, told.band or "", "", cuts)
