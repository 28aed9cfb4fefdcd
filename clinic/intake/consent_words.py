"""The exact words of each consent: a heading and a text of the clinic, and the sentence of the protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

from screening.protocol import Protocol
from screening.questions import Question

FILE: Final = Path(__file__).with_name("consent_texts.toml")
BETWEEN: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody reads before they agree to one thing. `is_optional`: a no is as good as a yes."""

    heading: str
    text: tuple[str, ...]
    sentence: str
    is_optional: bool

    def __str__(self) -> str:
        return BETWEEN.join(filter(None, (self.heading, *self.text, self.sentence)))


def file_in(language: str) -> Path:
    """The file of a language, such as `consent_texts.es.toml`; the English one when there is none."""
    names = (language, language.partition("-")[0])
    found = (FILE.with_suffix(f".{name}.toml") for name in names if name)
    return next((file for file in found if file.exists()), FILE)


@cache
def _texts(language: str = "") -> dict[str, dict[str, Any]]:
    return loads(file_in(language).read_text(encoding="utf-8"))


def words_of(question: Question) -> Words:
    """The words of one consent as a page shows them now, in its language.

    Args:
        question: of the signing page.
    """
    return words_of_all([question])[question.id]


def words_of_all(questions: Iterable[Question]) -> dict[str, Words]:
    """The same of several consents, by question."""
    shown = (get_language() or "", settings.CLINIC_NAME, settings.CLINIC_PHONE_DISPLAY)
    return {each.id: _words(each.id, each.wording, is_optional(each), *shown) for each in questions}


@cache
def _words(question_id: str, wording: str, is_optional: bool, language: str, clinic: str, phone: str) -> Words:
    told = _texts(language).get(question_id, {"heading": "", "text": []})
    text = tuple(paragraph.format(clinic=clinic, phone=phone) for paragraph in told["text"])
    return Words(told["heading"], text, wording, is_optional)


def is_optional(question: Question) -> bool:
    """True for a tick that is not needed, and for a question that "no" answers as well as "yes"."""
    return not question.required if question.kind == "checkbox" else "no" in question.codes


def mark_of(protocol: Protocol, names: Iterable[str]) -> str:
    """A short mark of all words of a page, which the page sends back, so that nobody agrees to what they did not read.

    Args:
        protocol: whose questions.
        names: the consents of the page.
    """
    return _mark(tuple(words_of_all(protocol.questions[name] for name in names).values()))


@cache
def _mark(read: tuple[Words, ...]) -> str:
    return hashlib.sha256(BETWEEN.join(map(str, read)).encode()).hexdigest()[:16]
