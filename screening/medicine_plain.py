"""Reads at once a line that is only a listed name, with at most a strength and how often: most lines are just that.

Whatever is said in any other way is left to the whole reader, which reads these lines too, and no differently.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from screening.medicine_names import NameIndex
from screening.medicine_reader import matched
from screening.medicine_reading import EXACT, Match, Reading
from screening.medicine_words import AMBIGUOUS

_LONGEST: Final = 80
_LINE: Final = re.compile(
    r"(?P<name>[a-z]+(?: [a-z]+){0,4}?)"
    r"(?: (?P<dose>[0-9]{1,5}(?:\.[0-9]{1,3})? ?(?:mg|mcg|g|ml)))?"
    r"(?: (?P<often>(?:once|twice|(?:three|four|[1-4]) times) (?:a|per|every) (?:day|week)"
    r"|(?:once |twice )?daily|once weekly|nightly|at night|at bedtime|every day|every night|every morning"
    r"|in the morning|bid|tid|qid|(?P<needed>as needed|when needed|prn)))?",
    re.IGNORECASE,
)
# How what may follow a name begins when folded. A longer name that goes on like this is for the whole reader.
_GOES_ON: Final = (
    *"0123456789",
    *(
        "once",
        "twice",
        "three",
        "four",
        "daily",
        "night",
        "at",
        "every",
        "in",
        "bid",
        "tid",
        "qid",
        "as",
        "when",
        "prn",
    ),
)


class PlainLines:
    """The listed names as they are written, for lines that hold nothing else but a strength and how often."""

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._all_keys = index.sorted_keys()
        self._keys = {
            entry.written.lower(): key for key, entry in index.assessed.items() if self._is_plain(key, entry.written)
        }
        self._matches: dict[str, Match] = {}  # by listed name, so never more than there are

    def reading(self, text: str) -> Reading | None:
        """The one medicine of a line, or None for a line that is not as plain as that.

        Args:
            text: any text; only short ASCII lines are looked at.
        """
        if len(text) > _LONGEST or not text.isascii():
            return None
        line = text.strip(" ")
        hit = _LINE.fullmatch(line)
        if hit is None:
            return None
        name, dose, often, needed = hit.groups()
        key = self._keys.get(name.lower())
        if key is None:
            return None
        match = self._matches.get(key)
        if match is None:
            match = self._matches[key] = matched(self._index, key)
        return Reading(
            typed=line,
            match=EXACT,
            how=match.how,
            ingredients=match.ingredients,
            dose=dose or "",
            frequency=often or "",
            status="as_needed" if needed else "",
            look_alikes=match.look_alikes,
        )

    def _is_plain(self, key: str, written: str) -> bool:
        """True for a name of plain words that stands for itself, and from which no longer name goes on."""
        if key in AMBIGUOUS or not _LINE.fullmatch(written):
            return False
        at = bisect_left(self._all_keys, key) + 1
        while at < len(self._all_keys) and self._all_keys[at].startswith(key):
            if self._all_keys[at].startswith(_GOES_ON, len(key)):
                return False
            at += 1
        return True
