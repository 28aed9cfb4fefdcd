"""The short checks between visits: topics of the follow-ups, each a question that is answered yes, no or not sure.

`<protocol>.toml` is asked; `<protocol>.<language>.toml` beside it has the words of a language, whole or refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from screening.loading import folder
from screening.loading.mistakes import Mistake, NotAProtocol
from screening.loading.tables import Document, Table
from screening.protocol import Page
from screening.questions import Option, Question

FOLDER: Final = Path(__file__).parent
ANSWERS: Final = ("no", "yes", "not_sure")
COUNTS: Final = frozenset({"yes", "not_sure"})
"""Answers that a person reads: doubt is never "nothing"."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its page, its own questions, and those of the protocol that stand on the page after them."""

    id: str
    page: Page
    questions: dict[str, Question]


@cache
def checks(name: str, part: str, language: str = "") -> dict[str, Check]:
    """The checks that belong to a protocol, in a language; in English when they have no words in that one.

    Args:
        name: of the protocol. One without a file of its own has the checks of the protocol before it.
        part: the part of the protocol that its pages are counted to.
        language: a code such as `es` or `es-mx`; the part before the hyphen is tried too.
    Raises:
        NotAProtocol: the file has a mistake, or a language has not all the words.
    """
    english = _read(_file(name), part)
    words = words_in(name, language)
    return _read(words, part, english) if words else english


def words_in(name: str, language: str) -> Path | None:
    """The file with the words of a language for the checks of a protocol; None when there is none."""
    codes = dict.fromkeys((language, language.partition("-")[0]))
    places = (_file(name).with_suffix(f".{code}.toml") for code in codes if code)
    return next((place for place in places if place.exists()), None)


def _file(name: str) -> Path:
    names = {place.stem for place in FOLDER.glob("*.toml") if "." not in place.stem}  # the others are of a language
    found = max((each for each in names if each <= name), default=None)
    if found is None:
        raise NotAProtocol([Mistake("screening/checks", 0, f'There are no checks for the protocol "{name}".')])
    return FOLDER / f"{found}.toml"


def _read(place: Path, part: str, english: Mapping[str, Check] | None = None) -> dict[str, Check]:
    """The checks of one file; the file of a language says all that the English ones say, and nothing else."""
    mistakes: list[Mistake] = []
    text = folder.text({place.name: place.read_bytes()}, place.name, mistakes)
    top = Document(place.name, text, mistakes).top()
    answers = top.table("answers")
    options = tuple(Option(code, answers.text(code)) for code in ANSWERS)
    names = english or [name for name in top.data if name != "answers"]
    found = {name: _check(top.table(name), part, options, english[name] if english else None) for name in names}
    for table in (answers, top):
        table.close()
    if mistakes:
        raise NotAProtocol(mistakes)
    return found


def _check(table: Table, part: str, options: tuple[Option, ...], english: Check | None) -> Check:
    title, why, worded = table.text("title"), table.text("why"), table.table("questions")
    own = english.questions if english else worded.data
    others = _beside(english) if english else table.texts("protocol", empty=True)
    questions = {
        name: Question(name, worded.text(name), "single", options, required=True, show_if=None, why=why) for name in own
    }
    for each in (worded, table):
        each.close()
    return Check(table.name, Page(table.name, part, title, "rows", (*questions, *others), why=why), questions)


def _beside(check: Check) -> tuple[str, ...]:
    """The questions of the protocol on the page of a check."""
    return tuple(name for name in check.page.questions if name not in check.questions)
