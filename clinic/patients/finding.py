"""Finding a patient by what they say on the phone: a name or its beginning, a phone, a date of birth, a reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from clinic.patients import marks
from clinic.patients.models import Patient
from clinic.patients.references import ALPHABET, LENGTH
from clinic.web.widgets import MONTHS

MOST_SHOWN: Final = 20
"""Rows that are opened for one search, however many it would find."""
LONGEST: Final = 80
REFERENCE: Final = re.compile(rf"LK-?([{ALPHABET}]{{{LENGTH}}})")
NUMBERS: Final = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
TOO_SHORT: Final = "Type 3 letters of a name, a whole phone number, or a date of birth like 5/2/1991"
NO_SUCH_DAY: Final = "That date of birth is not in the calendar. Type it like 5/2/1991"


class NotToSearchFor(Exception):
    """What was typed is nothing a patient can be found by; the text says what is."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who fits, newest first; `by` is what was typed, in one word, and never the text itself."""

    patients: list[Patient]
    by: str
    has_more: bool


def find(typed: str) -> Found:
    """The patients who fit what was typed. One query; at most 20 rows are opened.

    Every word must begin a word of one of their names. The database compares fingerprints only, so a beginning longer
    than they reach is compared once more with the rows that were opened.

    Args:
        typed: part of a name, a phone number, a date of birth or a reference.
    Raises:
        NotToSearchFor: it is none of these, or too short.
    """
    typed = " ".join(typed.split())[:LONGEST]
    if reference := REFERENCE.fullmatch(typed.upper().replace(" ", "")):
        return Found(list(Patient.objects.filter(reference=f"LK-{reference[1]}")), "reference", False)
    if born_on := date_in(typed):
        return _with_marks([marks.of_birth(born_on.isoformat())], "date of birth")
    if mark := marks.of_phone(typed) if not re.search("[^\\d\\s().+-]", typed) else "":
        return _with_marks([mark], "phone")
    words = marks.words_in(typed)
    is_long_enough = any(len(word) >= marks.FEWEST_LETTERS or not word.isascii() for word in words)
    if not is_long_enough or any(word.isdigit() for word in words):
        raise NotToSearchFor(TOO_SHORT)
    return _with_marks([marks.of_beginning(word) for word in words], "name", words)


def _with_marks(wanted: list[str], by: str, words: list[str] | None = None) -> Found:
    rows = list(Patient.objects.filter(marks__contains=wanted).order_by("-created_at")[: MOST_SHOWN + 1])
    shown = [row for row in rows[:MOST_SHOWN] if _is_called(row, words or [])]
    return Found(shown, by, len(rows) > MOST_SHOWN)


def _is_called(patient: Patient, words: list[str]) -> bool:
    names = [name for each in (patient.legal_name, patient.preferred_name) for name in marks.words_in(str(each or ""))]
    return all(any(_begins(name, word) for name in names) for word in words)


def _begins(name: str, word: str) -> bool:
    return name == word if len(word) < marks.FEWEST_LETTERS else name.startswith(word)


def date_in(typed: str) -> date | None:
    """The date that was typed, as 1991-05-02, 5/2/1991, May 2 1991 or 2 May 1991; None when it is none.

    Raises:
        NotToSearchFor: it looks like a date that is not in the calendar.
    """
    if numbers := NUMBERS.fullmatch(typed):
        first, second, third = numbers.groups()
        year, month, day = (first, second, third) if len(first) == 4 else (third, first, second)
    else:
        words = re.findall(r"[a-z]+|\d+", typed.lower())
        named = [word for word in words if len(word) >= 3 and any(name.startswith(word) for name in MONTHS)]
        figures = [word for word in words if word.isdigit()]
        if len(words) != 3 or len(named) != 1 or len(figures) != 2:
            return None
        day, year = sorted(figures, key=len)
        month = str(1 + next(place for place, name in enumerate(MONTHS) if name.startswith(named[0])))
    if len(year) != 4:
        raise NotToSearchFor(NO_SUCH_DAY)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise NotToSearchFor(NO_SUCH_DAY) from None
