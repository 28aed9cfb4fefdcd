"""The keyed fingerprints a patient is found by: the beginnings of their names, their phone, their date of birth."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from clinic.vault.keys import ring

FEWEST_LETTERS: Final = 3
"""A shorter beginning would find half the clinic, and a fingerprint of it would say too much."""
MOST_LETTERS: Final = 8
MOST_WORDS: Final = 6
PHONE_DIGITS: Final = 10
ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
MARK_LENGTH: Final = 24
"""Hex digits kept of each fingerprint: 96 bits, far more than there are names."""


def marks_of(*, names: Iterable[str], phone: str, born_on: str) -> list[str]:
    """Every fingerprint one patient is found by, in order, each once.

    Args:
        names: what they are called, in any of their names.
        phone: as typed; empty when there is none.
        born_on: the ISO date; what is none finds nobody.
    """
    words = [word for name in names for word in words_in(name)]
    found = {mark for word in words for mark in _beginnings(word)}
    found |= {mark for mark in (of_phone(phone), of_birth(born_on)) if mark}
    return sorted(found)


def words_in(name: str) -> list[str]:
    """The words of a name as they are compared: no accents, no capitals, at most six."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain)[:MOST_WORDS]


def of_beginning(word: str) -> str:
    """The fingerprint of the beginning of a word, or of a whole short one, as `words_in` gives it."""
    return _mark("whole" if len(word) < FEWEST_LETTERS else "begins", word[:MOST_LETTERS])


def of_phone(typed: str) -> str:
    """The fingerprint of a phone number, however it is written; empty when it has too few digits."""
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    return _mark("phone", digits[-PHONE_DIGITS:]) if len(digits) >= PHONE_DIGITS else ""


def of_birth(born_on: str) -> str:
    """The fingerprint of a date of birth, given as an ISO date; empty when it is none."""
    return _mark("born", born_on) if ISO_DATE.fullmatch(born_on) else ""


def _beginnings(word: str) -> Iterable[str]:
    lengths = range(min(FEWEST_LETTERS, len(word)), min(MOST_LETTERS, len(word)) + 1)
    return (of_beginning(word[:length]) for length in lengths)


def _mark(purpose: str, text: str) -> str:
    return ring().blind_index(f"find-{purpose}", text)[:MARK_LENGTH]
