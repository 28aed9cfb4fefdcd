"""What a person told us, keyed by question: the shapes an answer may take and what counts as doubt."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

Answer = str | tuple[str, ...]
"""One normalised answer: an option code, a number or a text as a string; a tick list as a tuple of option codes."""

DOUBT: Final = frozenset({"not_sure", "prefer_not", "unknown"})
"""Option codes by which a person says that they cannot or will not say. Never read as "no"."""
DOUBT_IN_LIST: Final = DOUBT | {"adopted"}
"""In a tick list, not knowing the birth family is doubt too."""

MAX_TEXT: Final = 20_000
"""Characters kept of one answer; more is refused at the edge and never silently cut inside a decision."""

SCANNED_CHARACTERS: Final = 400_000
"""Of a longer text only the beginning and the end are searched for safety words."""


_SQUEEZED: Final = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
"""What becomes of each ASCII character: a letter or a digit in lower case, or a space."""

_UNSEEN: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that take room and show nothing."""


class UnreadableAnswer(ValueError):
    """An answer that is not of the kind its question asks for."""


def is_doubt(answer: Answer) -> bool:
    """True when the person said "not sure", "rather not say" or the like.

    Args:
        answer: a normalised answer.
    """
    return answer in DOUBT if isinstance(answer, str) else not DOUBT_IN_LIST.isdisjoint(answer)


def plain_text(value: object) -> str:
    """A value as text that can be stored and shown: no control characters, no lone surrogates, trimmed.

    Args:
        value: what was typed.
    Raises:
        UnreadableAnswer: it is no text or number, or longer than MAX_TEXT characters.
    """
    text = value if type(value) is str else _written(value)
    if len(text) > MAX_TEXT:
        raise UnreadableAnswer(f"is longer than {MAX_TEXT:,} characters")
    if text.isprintable():
        return text.strip()
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def is_visible(text: str) -> bool:
    """True when something of a text can be seen: one of marks that nobody sees is no answer.

    Args:
        text: what `plain_text` returned.
    """
    if text.isascii():
        return bool(text)
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _UNSEEN for c in text)


def _written(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadableAnswer("is neither text nor a number")
    return str(value)


def number(value: object) -> float:
    """A finite number from a number or from a text that holds one.

    Args:
        value: 3, 3.0, "3" or " 3 ".
    Raises:
        UnreadableAnswer: it is not a finite number.
    """
    if type(value) is bool or not isinstance(value, (str, int, float)):
        raise UnreadableAnswer("is not a number")
    if isinstance(value, str) and (len(value) > 30 or "_" in value):  # Python takes 1_20 for 120
        raise UnreadableAnswer("is not a number")
    try:
        result = float(value)
    except (ValueError, OverflowError):
        raise UnreadableAnswer("is not a number") from None
    if not math.isfinite(result):
        raise UnreadableAnswer("is not a number")
    return result


def whole_number_code(value: object) -> str:
    """The option code of a scale answer: 2, 2.0 and "2" are all "2".

    Args:
        value: a whole number, or a text that holds one.
    Raises:
        UnreadableAnswer: it is not a whole number.
    """
    result = number(value)
    if result != int(result):
        raise UnreadableAnswer("is not a whole number")
    return str(int(result))


def day(value: object) -> date:
    """A calendar date from a date or from the text YYYY-MM-DD.

    Args:
        value: a date or its ISO text.
    Raises:
        UnreadableAnswer: it is no such date.
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > 30:
        raise UnreadableAnswer("is not a date")
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise UnreadableAnswer("is not a date like 1991-05-02") from None


def squeezed(text: str) -> str:
    """A text as words between single spaces, lower case, so that phrases can be looked for in it.

    Letter by letter: putting a whole text into normal form takes the square of its length when it is made for that.

    Args:
        text: anything typed; of a very long one only the beginning and the end are looked at.
    """
    if len(text) > SCANNED_CHARACTERS:
        text = f"{text[: SCANNED_CHARACTERS // 2]} {text[-SCANNED_CHARACTERS // 2 :]}"
    if text.isascii():
        words = text.encode("ascii").translate(_SQUEEZED, b"'").split()
        return f" {b' '.join(words).decode('ascii')} "
    plain = text.translate({ord(letter): _plain(letter) for letter in set(text)})
    return f" {' '.join(plain.split())} "


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    """A letter in lower case without accents; nothing for an apostrophe or a mark, a space for anything else."""
    if letter in "'\u2019":
        return ""
    plain = unicodedata.normalize("NFKD", letter).casefold()
    kept = (c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return "".join(c if c.isascii() and c.isalnum() else " " for c in kept)


Answers = Mapping[str, object]
"""Answers as they arrive, keyed by question id; `questions.Question.read` makes each one an `Answer`."""
