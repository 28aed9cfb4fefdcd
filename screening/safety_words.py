"""Safety words in what a person typed, wherever they typed it; a hit only ever raises risk. Source: rules.csv, R021."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from screening.answers import SCANNED_CHARACTERS, squeezed
from screening.reasons import Because

if TYPE_CHECKING:
    from screening.facts import Facts
    from screening.protocol import Protocol

_ESCAPED: Final = re.compile(r"\\(?:[bfnrt]|u00[01][0-9a-f])")
"""A line end, a tab or another mark that parts words, as JSON writes it."""
FLAG: Final = "freetext_flag"
"""Stands beside the answers when safety words were found in something that is no answer, such as the signature."""


def hold(text: str, protocol: Protocol) -> bool:
    """True when a text holds a phrase that the protocol looks for.

    Args:
        text: anything typed.
        protocol: whose phrases.
    """
    found = squeezed(text)
    if protocol.safety_starts.isdisjoint(found.split()):
        return False
    return any(words in found for words in protocol.safety_phrases)


def some_hold(texts: Iterable[str], protocol: Protocol) -> bool:
    """True when one of several texts holds such a phrase; one that only their ends make together does not count.

    All are searched at once, and each by itself only where that found something or is too long to be searched whole.

    Args:
        texts: anything typed.
        protocol: whose phrases.
    """
    each = list(texts)
    together = " . ".join(each)
    if len(together) <= SCANNED_CHARACTERS and not hold(together, protocol):
        return False
    return any(hold(text, protocol) for text in each)


def is_flagged(facts: Facts) -> bool:
    """True when something typed holds safety words, also where it could not be read, or somebody raised the flag.

    Args:
        facts: with the answers, the medicines and what was told under a name that no question has.
    """
    if FLAG in facts.given and _is_raised(facts):
        return True
    texts: list[str] = list(filter(None, map(facts.answers.get, facts.protocol.free_texts)))  # type: ignore[arg-type]
    texts += [text for medicine in facts.medications for text in (medicine.text, medicine.beside)]
    if facts.problems:
        texts += [_as_text(facts.given[name]) for name in (*_unreadable(facts), *facts.strange)]
    return some_hold(texts, facts.protocol)


def answers_with_words(facts: Facts) -> Iterator[str]:
    """The questions under which safety words were typed, also where another kind of answer was asked for.

    Args:
        facts: as for `is_flagged`.
    """
    told: dict[str, object] = {name: facts.answers.get(name) for name in facts.protocol.free_texts}
    told |= {name: facts.given[name] for name in _unreadable(facts)}
    yield from (name for name, value in told.items() if value and hold(_as_text(value), facts.protocol))


def beside_the_answers(facts: Facts) -> Iterator[Because]:
    """Where else safety words were typed: beside a medicine, under a name of no question, in something signed.

    Args:
        facts: as for `is_flagged`.
    """
    for medicine in facts.medications:
        for text in (medicine.text, medicine.beside):
            if hold(text, facts.protocol):
                yield Because(FLAG, "Written in the list of medicines", text)
    for name in facts.strange:
        text = _as_text(facts.given[name])
        if hold(text, facts.protocol):
            yield Because(name[:80], "Told under a name that no question has", text)
    if _is_raised(facts):
        yield Because(FLAG, "Safety words in something that is no answer, such as the signature", "Found")


def _as_text(value: object) -> str:
    """What was told as one text, also a list or an object, with the line ends and the marks that were typed."""
    if isinstance(value, str):
        return value
    return _ESCAPED.sub(" ", json.dumps(value, ensure_ascii=False, default=str))


def _unreadable(facts: Facts) -> list[str]:
    return [name for name in facts.problems if name in facts.protocol.questions]


def _is_raised(facts: Facts) -> bool:
    return str(facts.given.get(FLAG) or "no").strip().lower() not in ("no", "false")
