"""The short checks between visits: topics of the follow-ups, each a question that is answered yes, no or not sure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from screening.protocol import Page
from screening.questions import Option, Question

FOLDER: Final = Path(__file__).parent
ANSWERS: Final = (Option("no", "No"), Option("yes", "Yes"), Option("not_sure", "Not sure"))
COUNTS: Final = frozenset({"yes", "not_sure"})
"""Answers that a person reads: doubt is never "nothing"."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its page, its own questions, and those of the protocol that stand on the page after them."""

    id: str
    page: Page
    questions: dict[str, Question]


@cache
def checks(name: str, part: str) -> dict[str, Check]:
    """The checks that belong to a protocol.

    Args:
        name: of the protocol, which names the file.
        part: the part of the protocol that its pages are counted to.
    """
    place = FOLDER / f"{name}.toml"
    if not place.exists():
        place = max(FOLDER.glob("*.toml"))
    tables = tomllib.loads(place.read_text(encoding="utf-8"))
    return {each: _check(each, table, part) for each, table in tables.items()}


def _check(name: str, table: dict[str, Any], part: str) -> Check:
    worded, own = table["questions"], table["protocol"]
    questions = {
        each: Question(each, str(words), "single", ANSWERS, required=True, show_if=None, why=str(table["why"]))
        for each, words in worded.items()
    }
    page = Page(name, part, str(table["title"]), "rows", (*questions, *map(str, own)), why=str(table["why"]))
    return Check(name, page, questions)
