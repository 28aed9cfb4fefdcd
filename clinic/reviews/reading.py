"""How hard words are to read that somebody writes for others, and how long they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from screening.reading_grade import grade

HIGHEST_GRADE: Final = 8.0
"""Above this the page warns; it never blocks. Source: ux.md C5."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The school grade that a text needs, and its characters."""

    grade: float
    length: int

    @property
    def is_hard(self) -> bool:
        """True for what the page warns of."""
        return self.grade > HIGHEST_GRADE


def reading(text: str) -> Reading:
    """How a text reads.

    Args:
        text: plain, in English.
    """
    return Reading(round(grade(text), 1), len(text))
