"""Safety words in what patients write, wherever they write it; a hit only ever raises risk. Source: R021."""

from __future__ import annotations

from clinic.intake import protocols
from screening import safety_words
from screening.protocol import Rule
from screening.safety_words import FLAG

__all__ = ["FLAG", "hold", "rule"]


def hold(*texts: object) -> bool:
    """True when one of these texts holds a phrase that the current protocol looks for.

    Args:
        texts: anything typed; what is no text holds no words.
    """
    return safety_words.some_hold((text for text in texts if isinstance(text, str)), protocols.current())


def rule() -> Rule:
    """The rule of the current protocol that says how pressing safety words are."""
    return next(each for each in protocols.current().urgent if FLAG in each.when.reads)
