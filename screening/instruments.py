"""The scales: totals, bands, and an incomplete form said to be incomplete, never scored as if the gaps were zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from screening.answers import UnreadableAnswer, whole_number_code


@dataclass(frozen=True, slots=True)
class Band:
    """A range of totals of an instrument and its name; `low` and `high` are both inside."""

    name: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """A scale: its items, how it is scored, its bands, and its codes in LOINC where they are known.

    `codes` are keyed "panel", "total" or by question; `answer_codes` by item and then by answer.
    """

    id: str
    name: str
    items: tuple[str, ...]
    scoring: str
    highest_item: int
    bands: tuple[Band, ...]
    codes: Mapping[str, str]
    licence: str
    answer_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """What a filled-in scale comes to. `total` and `band` are None while it is incomplete.

    `flags` are sentences that matter whatever the total, such as an answer above zero to PHQ-9 item 9.
    """

    instrument: str
    total: float | None
    band: str | None
    complete: bool
    flags: tuple[str, ...]


def score(instrument: Instrument, items: Sequence[object]) -> Score:
    """The score of one scale.

    Args:
        instrument: how it is scored.
        items: its answers in order; None, "" or "not_sure" for one that was not answered. Yes-or-no items may be words.
    Returns:
        The total (points; a mean for PEG), its band, whether every item was answered, and flags.
    Raises:
        UnreadableAnswer: there are too many items, or one is not on the scale.
    Source:
        clinical.md section 3; kroenke2001, spitzer2006, bush1998, prins2016, krebs2009.
    """
    if len(items) > len(instrument.items):
        raise UnreadableAnswer(f"{instrument.name} has {len(instrument.items)} items, not {len(items)}")
    points = [_points(instrument, position, item) for position, item in enumerate(items)]
    points += [None] * (len(instrument.items) - len(points))
    flags = _flags(instrument, points)
    if instrument.scoring == "audit_c" and points[0] == 0:
        points = [0, *(0 if point is None else point for point in points[1:])]
    known = [point for point in points if point is not None]
    if len(known) < len(points):
        missing = [str(place) for place, point in enumerate(points, 1) if point is None]
        flags = (*flags, f"Not answered: item {', '.join(missing)}. No total is given.")
        return Score(instrument.id, None, None, complete=False, flags=flags)
    total = round(sum(known) / len(known), 2) if instrument.scoring == "mean" else float(sum(known))
    return Score(instrument.id, total, band(instrument, total), complete=True, flags=flags)


def band(instrument: Instrument, total: float) -> str | None:
    """The name of the band a total falls into, or None when the instrument has no bands."""
    return next((each.name for each in instrument.bands if each.low <= total <= each.high), None)


def _points(instrument: Instrument, position: int, item: object) -> int | None:
    if item is None or item in ("", "not_sure", "prefer_not"):
        return None
    if instrument.scoring == "yes_count" and item in ("yes", "no", True, False):
        return int(item in ("yes", True))
    place = f"item {position + 1} of {instrument.name}"
    try:
        points = int(whole_number_code(item))
    except UnreadableAnswer as problem:
        raise UnreadableAnswer(f"{place} {problem}") from None
    if not 0 <= points <= instrument.highest_item:
        raise UnreadableAnswer(f"{place} is not from 0 to {instrument.highest_item}")
    return points


def _flags(instrument: Instrument, points: Sequence[int | None]) -> tuple[str, ...]:
    if instrument.id != "phq9" or len(points) < 9:
        return ()
    item_nine = points[8]
    if item_nine is None:
        return ("Item 9 (thoughts of being better off dead or of self-harm) was not answered: a person asks.",)
    if item_nine > 0:
        return (
            f"Item 9 (thoughts of being better off dead or of self-harm) is {item_nine}: urgent, whatever the total.",
        )
    return ()
