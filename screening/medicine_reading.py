"""What a medicine is to the protocol, and what comes out of reading one that a person typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Final, NamedTuple

EXACT = "exact"
SUGGESTED = "suggested"
UNRECOGNISED = "unrecognised"
HALF_LIVES: Final = 5
SEROTONIN_TAIL_DAYS: Final = 90
NOT_PRESCRIBED: Final = frozenset({"OTC", "supplement", "food", "alcohol", "nicotine", "caffeine", "herbal"})
"""Tags of what people take without a prescription."""


@dataclass(frozen=True, slots=True)
class Medication:
    """One ingredient that the protocol assesses.

    Half-lives are in hours, the wash-out in days (0 means none is used). `severity` has the keys "psy" and "ket":
    0 none, 1 caution, 2 clinician review, 3 contraindicated. Source: clinical.md section 4.1, and `sources` for each.
    `half_lives_days` are five of the longer half-life, rounded up to whole days; 0 when none is given. `full_days` is
    how long it looks back in full, `tail_days` how long it counts at all. Source: clinical.md 4.2 (items 2 to 4).
    `marks` are what rules ask about it while it is in force: its tags, and "psy 2" or "psy prescribed 2" for how severe
    it is; `late_marks` those once it is late, when it counts as at most a caution and its tags do not count.
    """

    ingredient: str
    brands: tuple[str, ...]
    drug_class: str
    tags: frozenset[str]
    half_life_low_h: float | None
    half_life_high_h: float | None
    washout_days: int
    severity: Mapping[str, int]
    mechanism: str
    sources: tuple[str, ...]
    half_lives_days: int = field(init=False, repr=False, compare=False)
    full_days: int = field(init=False, repr=False, compare=False)
    tail_days: int = field(init=False, repr=False, compare=False)
    is_prescribed: bool = field(init=False, repr=False, compare=False)
    marks: frozenset[str] = field(init=False, repr=False, compare=False)
    late_marks: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hours = HALF_LIVES * (self.half_life_high_h or 0)
        object.__setattr__(self, "half_lives_days", ceil(hours / 24))
        full = self.washout_days or self.half_lives_days
        is_prescribed = self.tags.isdisjoint(NOT_PRESCRIBED)
        serotonin_tail = SEROTONIN_TAIL_DAYS if is_prescribed and "SRI" in self.tags else 0
        object.__setattr__(self, "full_days", full)
        object.__setattr__(self, "tail_days", max(full, self.half_lives_days, serotonin_tail))
        object.__setattr__(self, "is_prescribed", is_prescribed)
        object.__setattr__(self, "marks", self.tags | self._severe(3))
        object.__setattr__(self, "late_marks", self._severe(1))

    def _severe(self, most: int) -> frozenset[str]:
        which = "prescribed" if self.is_prescribed else "other"
        severe = ((kind, min(most, severity)) for kind, severity in self.severity.items())
        return frozenset(mark for kind, n in severe for mark in (f"{kind} {n}", f"{kind} {which} {n}"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that may have been meant, how near it is (0 to 1), what it stands for. Never taken without a person."""

    name: str
    ingredients: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What one isolated name is.

    `match` is "exact", "suggested" or "unrecognised". `name` is the name as the protocol writes it, empty when there is
    none. `ingredients` are the assessed ingredients: of an exact match all there are; of an unrecognised product those
    of its ingredients that are assessed; of a suggestion none. `known_as` is what a product is that the protocol does
    not assess, or not all of it. `look_alikes` are filled on exact matches, so that a page can ask.
    """

    match: str
    how: str
    name: str = ""
    ingredients: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    known_as: tuple[str, ...] = ()
    look_alikes: tuple[Suggestion, ...] = ()


class Reading(NamedTuple):
    """One medicine as a person wrote it.

    `typed` holds their words (invisible characters removed, at most 300 characters). `status` is "taking", "as_needed",
    "stopped" or "unsure" when the text says so, else empty. `last_taken` is the latest day that the words allow.
    """

    typed: str
    match: str
    how: str
    ingredients: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    known_as: tuple[str, ...] = ()
    dose: str = ""
    form: str = ""
    frequency: str = ""
    status: str = ""
    last_taken: date | None = None
    look_alikes: tuple[Suggestion, ...] = ()
