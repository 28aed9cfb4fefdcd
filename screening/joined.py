"""A protocol that somebody began under, with the safety rules that changed since: half-filled forms ask what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from screening import derived
from screening.protocol import Outcome, Page, Part, Protocol, Rule
from screening.questions import Question
from screening.wording import Words

AND: Final = "+"
"""Between the names of the two protocols: `2026-11+2027-01` is the first with the safety rules of the second."""
NEW, AGAIN = "new-", "-again"


@dataclass(frozen=True, slots=True)
class Joined:
    """The protocol to go on with; on which of its pages questions are new, and on which a question is asked again."""

    protocol: Protocol
    new: Mapping[str, frozenset[str]] = field(default_factory=dict)
    again: Mapping[str, frozenset[str]] = field(default_factory=dict)


def joined(started: Protocol, current: Protocol) -> Joined:
    """The protocol an intake was begun under, with the safety rules of the current one where they differ.

    Everything else stays as it was begun. A safety rule that is gone stays, and one that became milder stays as strict
    as it was. A changed rule brings the questions that it reads: unknown ones on a page of their own, and those that
    are asked in other words or with other choices now once more, because an answer to other words is no answer.

    Args:
        started: the protocol the intake was begun under.
        current: the protocol that new intakes answer.
    Returns:
        `started` itself when no safety rule and no safety word differs.
    """
    rules = {rule.id: rule for rule in changed_rules(started, current)}
    phrases = tuple(dict.fromkeys((*started.safety_phrases, *current.safety_phrases)))
    if not rules and phrases == started.safety_phrases:
        return Joined(started)
    needed = list(_needed(rules.values(), current.questions))
    new = [name for name in needed if name not in started.questions]
    again = frozenset(name for name in needed if name in started.questions and _differ(name, started, current))
    kept = {rule.id: rules.pop(rule.id, rule) for rule in started.rules}
    parts = tuple(_part(part, again) for part in started.parts)
    pages_before = {page.id for part in parts for page in part.pages}
    for page in _new_pages(new, current):
        parts = _added(parts, page)
    pages = {page.id: page for part in parts for page in part.pages}
    questions = {**started.questions, **{name: current.questions[name] for name in (*new, *again)}}
    protocol = replace(
        started,
        name=f"{started.name}{AND}{current.name}",
        seal=hashlib.sha256(f"{started.seal}{AND}{current.seal}".encode()).hexdigest(),
        parts=parts,
        pages=pages,
        questions=_questions(pages.values(), questions),
        rules=(*kept.values(), *rules.values()),
        safety_phrases=phrases,
        sources={**current.sources, **started.sources},
        words=_words(started, current, pages.values(), (*new, *again)),
    )
    return Joined(
        protocol,
        new={name: frozenset(page.questions) for name, page in pages.items() if name not in pages_before},
        again={name: again.intersection(page.questions) for name, page in pages.items() if name.endswith(AGAIN)},
    )


def _words(started: Protocol, current: Protocol, pages: Iterable[Page], brought: Iterable[str]) -> dict[str, Words]:
    """The words of the languages that both have; what the current protocol brought is in its words."""
    found = {}
    for language in started.words.keys() & current.words.keys():
        old, new = started.words[language], current.words[language]
        plain = {page.id: page.id.removeprefix(NEW).removesuffix(AGAIN) for page in pages}
        found[language] = Words(
            parts=old.parts,
            pages={name: (new if name.startswith(NEW) else old).pages[before] for name, before in plain.items()},
            questions={**old.questions, **{name: new.questions[name] for name in brought}},
            texts={**new.texts, **old.texts},
        )
    return found


def changed_rules(started: Protocol, current: Protocol) -> list[Rule]:
    """The safety rules of the current protocol that the other lacks, or asks in another way.

    Args:
        started, current: as for `joined`.
    """
    before = {rule.id: rule for rule in started.rules}
    safety = (rule for rule in current.rules if rule.outcome is Outcome.URGENT)
    return [rule for rule in safety if rule.id not in before or _way(rule) != _way(before[rule.id])]


def _way(rule: Rule) -> tuple[object, ...]:
    return rule.when.text, rule.outcome, rule.priority, rule.services


def _needed(rules: Iterable[Rule], questions: Mapping[str, Question]) -> Iterator[str]:
    """The questions that the rules read, and those that must be asked to know whether these are shown."""
    waiting = [name for rule in rules for read in rule.when.reads for name in derived.BEHIND.get(read, (read,))]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in questions:
            continue
        seen.add(name)
        condition = questions[name].show_if
        waiting.extend(condition.reads if condition else ())
    yield from (name for name in questions if name in seen)


def _differ(name: str, started: Protocol, current: Protocol) -> bool:
    before, now = started.questions[name], current.questions[name]
    return (before.kind, before.wording, before.options) != (now.kind, now.wording, now.options)


def _part(part: Part, again: frozenset[str]) -> Part:
    """The part with another id for each page of which a question is asked again, so that it counts as not seen yet."""
    pages = (replace(p, id=f"{p.id}{AGAIN}") if again.intersection(p.questions) else p for p in part.pages)
    return replace(part, pages=tuple(pages))


def _new_pages(new: list[str], current: Protocol) -> Iterator[Page]:
    for page in current.pages.values():
        names = tuple(name for name in page.questions if name in new)
        if names:
            kind = page.kind if len(names) == 1 or page.kind == "rows" else "form"
            yield replace(page, id=f"{NEW}{page.id}", questions=names, kind=kind)


def _added(parts: tuple[Part, ...], page: Page) -> tuple[Part, ...]:
    """The page at the end of its part, before signing; in the first part when the protocol has no such part."""
    home = next((part for part in parts if part.id == page.part), parts[0])
    signing = [place for place, each in enumerate(home.pages) if each.kind == "sign"]
    place = min(signing, default=len(home.pages))
    pages = (*home.pages[:place], replace(page, part=home.id), *home.pages[place:])
    return tuple(replace(part, pages=pages) if part is home else part for part in parts)


def _questions(pages: Iterable[Page], questions: Mapping[str, Question]) -> dict[str, Question]:
    """The questions in the order of the pages; one shown by an answer that is not given before it is always shown."""
    ordered: dict[str, Question] = {}
    for name in (name for page in pages for name in page.questions):
        question = questions[name]
        reads = question.show_if.reads if question.show_if else ()
        behind = (each for read in reads for each in derived.BEHIND.get(read, (read,)) if each in questions)
        is_late = any(each not in ordered for each in behind)
        ordered[name] = replace(question, show_if=None) if is_late else question
    return ordered
