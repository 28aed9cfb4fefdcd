"""Why something waits, in groups that a worklist is filtered by: the topics of its findings, kept as keyed marks.

A row of the list says whom it is about, so a readable topic beside it would tell the database what is wrong with whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clinic.reviews.answers import TOPICS
from clinic.vault.keys import ring

REASONS: Final = {
    "psychosis": "Psychosis",
    "bipolar": "Bipolar",
    "substances": "Substances",
    "consent": "Consent",
    **{name: words.capitalize() for name, words in TOPICS.items() if name != "urgent"},
}
"""By the category of a rule. What is urgent stands apart and is never filtered."""
MARK_LENGTH: Final = 24


def mark(reason: str) -> str:
    """What a row keeps for a group."""
    return ring().blind_index("reason", reason)[:MARK_LENGTH]


def marks(result: Mapping[str, Any], categories: Mapping[str, str]) -> list[str]:
    """The groups of everything that was found or could not be decided, each once.

    Args:
        result: as sealed.
        categories: that of each rule of its protocol.
    """
    found = {each["category"] for each in result["findings"]}
    found |= {categories.get(each["rule"], "") for each in result["undecided"]}
    return sorted(mark(reason) for reason in found & REASONS.keys())
