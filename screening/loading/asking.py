"""The questions/ files: the parts of the task list, their pages, and the questions on each page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from screening import derived
from screening.conditions import FUNCTIONS, NUMBERS, Condition, NotACondition, parse
from screening.loading.tables import Document, Table
from screening.loading.vocabulary import Vocabulary, not_while_asking
from screening.protocol import PAGE_KINDS, Page, Part
from screening.questions import KINDS, Option, Question

FILE_NAME: Final = re.compile(r"questions/(\d+)-([a-z-]+)\.toml")
QUESTION_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
PAGE_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
OPTION_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
WITH_OPTIONS: Final = frozenset({"single", "multi", "yesno", "repeat", "scale0_3", "scale0_10"})
TAKEN: Final = derived.DERIVED | FUNCTIONS.keys() | NUMBERS.keys()
"""Names that mean something in a condition already, so that no question may have them."""

T = TypeVar("T")


@dataclass(slots=True)
class Asking:
    """What the questions/ files say, and the table each thing was read from so that later checks can name its line."""

    parts: list[Part] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    page_tables: dict[str, Table] = field(default_factory=dict)
    question_tables: dict[str, Table] = field(default_factory=dict)


def read(documents: list[Document]) -> Asking:
    """The parts, pages and questions of all questions/ files, the questions in the order in which they are asked.

    Args:
        documents: the files, in any order; their numbers give the order of the parts.
    """
    asking = Asking()
    for document in sorted(documents, key=_number):
        _read_part(document, asking)
    _place_questions(asking)
    for required in derived.ALWAYS_READ:
        if required not in asking.questions and documents:
            documents[-1].wrong((), f'There is no question "{required}", and every decision reads it.')
    return asking


def _number(document: Document) -> int:
    name = FILE_NAME.fullmatch(document.name)
    return int(name[1]) if name else 0


def _read_part(document: Document, asking: Asking) -> None:
    name = FILE_NAME.fullmatch(document.name)
    part = name[2] if name else document.name
    top = document.top()
    title, hint = top.text("title"), top.text("hint")
    pages = [_page(Table(document, ("page", each), data), part) for each, data in _items(top, "page")]
    for page, table in pages:
        _keep(asking.pages, asking.page_tables, page.id, page, table)
    for each, data in _items(top, "question"):
        table = Table(document, ("question", each), data)
        question = _question(table, asking.questions)
        _keep(asking.questions, asking.question_tables, question.id, question, table)
    top.close()
    asking.parts.append(Part(part, title, hint, tuple(page for page, _ in pages)))


def _items(top: Table, key: str) -> list[tuple[str, object]]:
    return list(top.table(key).data.items())


def _keep(into: dict[str, T], tables: dict[str, Table], name: str, value: T, table: Table) -> None:
    if name in into:
        table.wrong(f"This is already in {tables[name].document.name}.")
    into[name], tables[name] = value, table


def _page(table: Table, part: str) -> tuple[Page, Table]:
    if not PAGE_ID.fullmatch(table.name):
        table.wrong("A page is named with small letters, digits and hyphens.")
    page = Page(
        id=table.name,
        part=part,
        title=table.text("title"),
        kind=table.choice("kind", PAGE_KINDS),
        questions=table.texts("questions"),
        hint=table.text("hint", optional=True),
        why=table.text("why", optional=True),
        before=table.text("before", optional=True),
    )
    table.close()
    return page, table


def _question(table: Table, before: dict[str, Question]) -> Question:
    if not QUESTION_ID.fullmatch(table.name):
        table.wrong("A question is named with small letters, digits and underscores.")
    if table.name in TAKEN:
        table.wrong("This name means something else in conditions.")
    kind = table.choice("kind", KINDS)
    question = Question(
        id=table.name,
        wording=table.text("wording"),
        kind=kind,
        options=_options(table, kind, before),
        required=table.flag("required"),
        show_if=condition(table, "show_if", optional=True),
        why=table.text("why"),
        hint=table.text("hint", optional=True),
        unit=table.text("unit", optional=True),
        other_unit=table.text("other_unit", optional=True),
    )
    table.close()
    return question


def _options(table: Table, kind: str, before: dict[str, Question]) -> tuple[Option, ...]:
    if kind not in WITH_OPTIONS:
        if "options" in table.data:
            table.raw("options")
            table.wrong(f"A question of kind {kind} has no options.", "options")
        return ()
    if isinstance(same := table.data.get("options"), str):
        table.raw("options")
        other = before.get(same.removeprefix("as "))
        if other is None or not same.startswith("as ") or not other.options:
            table.wrong('"options" must be a table, or "as" and a question above that has options.', "options")
            return ()
        return other.options
    options = table.table("options")
    for code in options.data:
        if not OPTION_CODE.fullmatch(code):
            options.wrong("An option's code has only small letters, digits and underscores.", code)
    found = tuple(Option(code, options.text(code)) for code in options.data)
    if not found and "options" in table.data:
        table.wrong('"options" is empty.', "options")
    return found


def condition(table: Table, key: str, *, optional: bool = False) -> Condition | None:
    """A condition of the language, or None when there is none or it cannot be read.

    Args:
        table: the table it stands in.
        key: its key.
        optional: true when there may be none.
    """
    text = table.text(key, optional=optional)
    if not text:
        return None
    try:
        return parse(text)
    except NotACondition as problem:
        table.wrong(f'"{key}" is no condition: it {problem}.', key)
    except RecursionError:
        table.wrong(f'"{key}" is no condition: it is nested too deeply.', key)
    return None


def _place_questions(asking: Asking) -> None:
    """Put the questions in the order of the pages; one on no page, or on two, is a mistake."""
    placed: dict[str, str] = {}
    for page in asking.pages.values():
        for name in page.questions:
            if name not in asking.questions:
                asking.page_tables[page.id].wrong(f'There is no question "{name}".', "questions")
            elif name in placed:
                asking.page_tables[page.id].wrong(f'"{name}" is on page "{placed[name]}" already.', "questions")
            else:
                placed[name] = page.id
    for name in asking.questions.keys() - placed.keys():
        asking.question_tables[name].wrong("This question is on no page.")
    asking.questions = {name: asking.questions[name] for name in placed}


def check(asking: Asking, vocabulary: Vocabulary) -> None:
    """Note every show_if that speaks of something unknown, or of a question that is asked later.

    Args:
        asking: what `read` returned.
        vocabulary: what conditions may speak about.
    """
    order = {name: place for place, name in enumerate(asking.questions)}
    for name, question in asking.questions.items():
        if question.show_if is None:
            continue
        table = asking.question_tables[name]
        for fault in (*vocabulary.faults(question.show_if), *not_while_asking(question.show_if)):
            table.wrong(fault, "show_if")
        for needed in derived.questions_of_show_if(question.show_if.reads):
            if order.get(needed, -1) >= order[name]:
                table.wrong(f'"{needed}" is not asked before this question.', "show_if")
