"""The words of a protocol in one further language, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """How one question is asked in a language."""

    wording: str
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageWords:
    """What stands on one page in a language, beside its questions."""

    title: str
    hint: str = ""
    why: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a patient reads of a protocol, in one language; parts by id as title and hint.

    `texts` are the other sentences, each by the English one: services, bands of scales, what a rule says to a patient.
    """

    parts: Mapping[str, tuple[str, str]]
    pages: Mapping[str, PageWords]
    questions: Mapping[str, QuestionWords]
    texts: Mapping[str, str] = field(default_factory=dict)
