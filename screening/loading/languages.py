"""The words/ files: one for each further language, whole or refused, so that nobody reads half a form in English.

Only [texts] may lack sentences: they are shown in English, and `python -m screening check` names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from screening.instruments import Instrument
from screening.loading.asking import Asking
from screening.loading.tables import Document, Table
from screening.protocol import Page, Rule
from screening.questions import Question
from screening.wording import PageWords, QuestionWords, Words

FILE_NAME: Final = re.compile(r"words/([a-z]{2}(?:-[a-z]{2,4})?)\.toml")


def read(documents: list[Document], asking: Asking, texts: Collection[str]) -> dict[str, Words]:
    """The words of each further language.

    Args:
        documents: the files of the words/ folder.
        asking: what is asked in English, all of which every language must say too.
        texts: the other sentences a patient reads, which a language may say.
    """
    return {_language(document): _words(document.top(), asking, texts) for document in documents}


def other_texts(services: Iterable[str], instruments: Iterable[Instrument], rules: Iterable[Rule]) -> frozenset[str]:
    """The sentences a patient reads that belong to no part, page or question: services, bands, what rules say."""
    bands = (band.name for instrument in instruments for band in instrument.bands)
    said = (*services, *bands, *(rule.for_patient for rule in rules))
    return frozenset(" ".join(text.split()) for text in said if text)


def _language(document: Document) -> str:
    name = FILE_NAME.fullmatch(document.name)
    return name[1] if name else document.name


def _words(top: Table, asking: Asking, texts: Collection[str]) -> Words:
    parts, pages, questions = top.table("part"), top.table("page"), top.table("question")
    others = top.table("texts", optional=True)
    words = Words(
        parts={part.id: _part(parts.table(part.id)) for part in asking.parts},
        pages={name: _page(pages.table(name), page) for name, page in asking.pages.items()},
        questions={name: _question(questions.table(name), question) for name, question in asking.questions.items()},
        texts={text: others.text(text) for text in others.data if text in texts},
    )
    for table in (parts, pages, questions, others, top):
        table.close()
    return words


def _part(table: Table) -> tuple[str, str]:
    told = table.text("title"), table.text("hint")
    table.close()
    return told


def _page(table: Table, page: Page) -> PageWords:
    said = {key: table.text(key, optional=not getattr(page, key)) for key in ("hint", "why", "before")}
    told = PageWords(title=table.text("title"), **said)
    table.close()
    return told


def _question(table: Table, question: Question) -> QuestionWords:
    told = QuestionWords(
        wording=table.text("wording"),
        hint=table.text("hint", optional=not question.hint),
        options=_options(table, question) if question.options else {},
    )
    table.close()
    return told


def _options(table: Table, question: Question) -> Mapping[str, str]:
    options = table.table("options")
    labels = {option.code: options.text(option.code) for option in question.options}
    options.close()
    return labels
