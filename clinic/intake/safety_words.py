"""Safety words in what patients write, wherever they write it; a hit only ever raises risk. Source: R021."""

from __future__ import annotations

from typing import Final

from clinic.intake import protocols
from screening.answers import squeezed
from screening.protocol import Rule

FLAG: Final = "freetext_flag"
"""What stands beside the answers when safety words were found in something that is no answer, such as the signature."""


def hold(*texts: object) -> bool:
    """True when one of these texts holds a phrase that the current protocol looks for.

    Args:
        texts: anything typed; what is no text holds no words.
    """
    protocol = protocols.current()
    found = squeezed(" . ".join(text for text in texts if isinstance(text, str)))
    if protocol.safety_starts.isdisjoint(found.split()):
        return False
    return any(words in found for words in protocol.safety_phrases)


def rule() -> Rule:
    """The rule of the current protocol that says how pressing safety words are."""
    return next(each for each in protocols.current().urgent if FLAG in each.when.reads)
