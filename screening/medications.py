"""Typed text to matched ingredients, "did you mean", or unrecognised: the public face of the medicine reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from screening.medicine_names import NameIndex
from screening.medicine_plain import PlainLines
from screening.medicine_reader import LONGEST_TYPED, NOT_RECOGNISED, Reader, matched, short
from screening.medicine_reading import UNRECOGNISED, Match, Medication, Reading, Suggestion
from screening.medicine_text import MAX_TEXT, clean, fold
from screening.medicine_words import NOTHING

__all__ = ["Match", "Medication", "MedicineNames", "Reading", "Suggestion"]

NOTHING_WRITTEN: Final = "nothing was written"
SAYS_NOTHING: Final = "says that there is none, which a person must confirm"


class MedicineNames:
    """Reads medicines as people write them, by the names of one protocol. Built once per protocol.

    The constructor indexes exact names (about 30 ms); what misspellings need is built at the first one (about 40 ms).
    """

    def __init__(self, medications: Iterable[Medication], known_names: Mapping[str, tuple[str, ...]]) -> None:
        """
        Args:
            medications: the assessed ingredients with their names.
            known_names: further names and what they stand for, to recognise what is not assessed.
        """
        self._index = NameIndex(medications, known_names)
        self._plain = PlainLines(self._index)

    def match(self, name: str) -> Match:
        """What one already isolated name is: exact, at most three suggestions, or unrecognised. Never raises.

        Args:
            name: a name without dose or other words.
        """
        cleaned, is_whole = clean(name)
        return matched(self._index, fold(cleaned)) if is_whole else Match(UNRECOGNISED, NOT_RECOGNISED)

    def read(self, text: str, *, on: date | None = None) -> tuple[Reading, ...]:
        """Every medicine in a text, in order; always at least one reading, and never an exception.

        A text that says "none", holds no letters or is empty gives one unrecognised reading: it never makes a list
        look reviewed. At most 100 medicines within the first 10,000 characters are read; what is beyond becomes one
        unrecognised reading.

        Args:
            text: any text.
            on: the day that "3 weeks ago" counts back from; None when not known, then only full dates are read.

        Returns:
            The readings. Together their `typed` hold every word that was read.
        """
        if plain := self._plain.reading(text):
            return (plain,)
        cleaned, is_whole = clean(text)
        if is_whole and fold(cleaned) in NOTHING:
            return (Reading(short(cleaned), UNRECOGNISED, SAYS_NOTHING),)
        beyond = "" if is_whole else clean(text[MAX_TEXT : MAX_TEXT + LONGEST_TYPED])[0].strip() or "…"
        readings = Reader(self._index, cleaned, on).readings(beyond)
        return tuple(readings) or (Reading(short(cleaned), UNRECOGNISED, NOTHING_WRITTEN),)
