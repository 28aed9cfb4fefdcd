"""A protocol in another language: the same questions, options and pages in other words, and never another rule."""

from __future__ import annotations

from dataclasses import replace

from screening.loading.languages import other_texts
from screening.protocol import Page, Part, Protocol
from screening.questions import Option, Question
from screening.wording import Words


def in_language(protocol: Protocol, language: str) -> Protocol:
    """The protocol with the words of a language, to be shown; the decision is made on the protocol itself.

    Args:
        protocol: any, also a joined one.
        language: a code such as `es` or `es-mx`; the part before the hyphen is tried too.
    Returns:
        The protocol itself when it has no words in that language: English is always there.
    """
    words = _words(protocol, language)
    if words is None:
        return protocol
    services = {code: words.texts.get(name, name) for code, name in protocol.services.items()}
    parts = tuple(_part(part, words) for part in protocol.parts)
    questions = {name: _question(each, words) for name, each in protocol.questions.items()}
    pages = {page.id: page for part in parts for page in part.pages}
    return replace(protocol, parts=parts, pages=pages, questions=questions, services=services)


def in_words(protocol: Protocol, language: str, text: str) -> str:
    """A sentence of the protocol that belongs to no question, in a language; in English when it has no words there.

    Args:
        protocol: any.
        language: as for `in_language`.
        text: as it stands in the protocol.
    """
    words = _words(protocol, language)
    return words.texts.get(text, text) if words else text


def left_in_english(protocol: Protocol) -> dict[str, list[str]]:
    """By language, the sentences that it has no words for; parts, pages and questions always have them."""
    texts = other_texts(protocol.services.values(), protocol.instruments.values(), protocol.rules)
    return {language: sorted(texts - words.texts.keys()) for language, words in protocol.words.items()}


def _words(protocol: Protocol, language: str) -> Words | None:
    return protocol.words.get(language) or protocol.words.get(language.partition("-")[0])


def _part(part: Part, words: Words) -> Part:
    title, hint = words.parts.get(part.id, (part.title, part.hint))
    return replace(part, title=title, hint=hint, pages=tuple(_page(page, words) for page in part.pages))


def _page(page: Page, words: Words) -> Page:
    told = words.pages.get(page.id)
    if told is None:
        return page
    return replace(page, title=told.title, hint=told.hint, why=told.why, before=told.before)


def _question(question: Question, words: Words) -> Question:
    told = words.questions.get(question.id)
    if told is None:
        return question
    options = tuple(Option(each.code, told.options.get(each.code, each.label)) for each in question.options)
    return replace(question, wording=told.wording, hint=told.hint, options=options)
