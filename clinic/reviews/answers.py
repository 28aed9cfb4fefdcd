"""Every question as it was asked with the answer as it was given, and every check with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from clinic.intake import protocols
from clinic.intake.countries import NAMES
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews.words import day_in_words, first_sentence, moment
from screening.answers import Answer, UnreadableAnswer, is_doubt
from screening.facts import Facts
from screening.loader import NotAProtocol
from screening.protocol import Protocol
from screening.questions import Question

TOPICS: Final = {
    "urgent": "safety now",
    "eligibility": "age and place",
    "family": "family history",
    "psychiatric": "other mental health",
    "scores": "questionnaires",
    "cardiac": "heart and blood pressure",
    "medical": "other health",
    "medication": "medicines",
    "logistics": "home and way home",
    "contradiction": "contradictions",
    "fail_safe": "completeness",
}
"""The topics of rules whose own name does not say enough."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answer.

    `is_doubt`: not answered, not sure, rather not say. `earlier` are old answers. `is_confirmed`: it looked like a
    slip, and the patient said that it is right.
    """

    question: str
    wording: str
    answer: str
    is_doubt: bool
    is_text: bool
    earlier: tuple[tuple[str, str], ...]
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class AskedPart:
    """One part of the form with its questions."""

    title: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, and what came of it."""

    rule: str
    headline: str
    came_out: str


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """The rules about one topic, and how many of them came out clear."""

    topic: str
    checks: tuple[Check, ...]
    clear: int
    asked: int


def protocol_of(named: ScreeningRecord | Intake) -> Protocol | None:
    """The protocol of a record or an intake; None when it is not here any more, or is not the one that was sealed."""
    try:
        protocol = protocols.named(named.protocol).protocol
    except NotAProtocol:
        return None
    return protocol if protocol.seal == named.seal else None


def facts_of(protocol: Protocol, answers: Mapping[str, object], on: date) -> Facts:
    """The answers with the questions that were shown; medicines play no part in that."""
    return Facts(protocol, answers, on)


def parts(facts: Facts, intake: Intake, *, now: datetime) -> list[AskedPart]:
    """Every question that was shown, part by part, with earlier answers.

    Args:
        facts: the answers.
        intake: whose history tells what was answered before.
        now: for the words of times.
    """
    protocol, shown = facts.protocol, set(facts.shown)
    before: dict[str, list[tuple[str, str]]] = {}
    for at, question, value in intake.history:
        if question in protocol.questions and question != "med_list":
            told = said(protocol.questions[question], value)
            before.setdefault(question, []).append((moment(datetime.fromisoformat(at), now=now), told))
    found = []
    for part in protocol.parts:
        names = [name for page in part.pages for name in page.questions if name in shown and name != "med_list"]
        rows = tuple(asked(facts, name, tuple(before.get(name, ())), intake.confirmed) for name in names)
        found.append(AskedPart(part.title, rows))
    return found


def found(parts: Iterable[AskedPart], text: str) -> list[AskedPart]:
    """The questions in which a text stands, as it was asked, answered or answered before; every one when it is empty.

    Args:
        parts: what is looked through.
        text: as somebody typed it; capitals and spaces around it do not count.
    """
    text = text.strip().casefold()
    held = [AskedPart(part.title, tuple(each for each in part.asked if text in _all_of(each))) for part in parts]
    return [part for part in held if part.asked]


def _all_of(asked: Asked) -> str:
    return "\n".join((asked.wording, asked.answer, *(was for _, was in asked.earlier))).casefold()


def doubts(facts: Facts) -> list[Asked]:
    """The questions that were shown and not answered though needed, or answered with "not sure" or "rather not say"."""
    questions = facts.protocol.questions
    shown = [asked(facts, name) for name in facts.shown if name != "med_list"]
    return [
        each
        for each in shown
        if each.is_doubt and (facts.answers[each.question] is not None or questions[each.question].required)
    ]


def confirmed(facts: Facts, right: Mapping[str, Any] | None) -> list[Asked]:
    """The answers that looked like a slip and that the patient said are right, as they stand.

    Args:
        facts: the answers.
        right: what was confirmed, by question; an answer that was changed since is not confirmed.
    """
    names = [name for name in facts.shown if name in (right or {})]
    shown = [asked(facts, name, right=right) for name in names]
    return [each for each in shown if each.is_confirmed]


def checks(result: Mapping[str, Any], protocol: Protocol) -> list[CheckGroup]:
    """Every rule of the protocol by topic, so that a check that is missing can be seen to be missing."""
    came_out = {
        **dict.fromkeys(result["clear"], "clear"),
        **dict.fromkeys(result["not_asked"], "not asked"),
        **dict.fromkeys(result["other_services"], "about a service that was not asked for"),
        **{each["rule"]: "not decided" for each in result["undecided"]},
        **{each["rule"]: "found" for each in result["findings"]},
    }
    topics: dict[str, list[Check]] = {}
    for rule in protocol.rules:
        told = came_out.get(rule.id, "missing from the result")
        topics.setdefault(rule.category, []).append(Check(rule.id, first_sentence(rule.for_clinician)[0], told))
    return [_group(topic, found) for topic, found in topics.items()]


def _group(topic: str, found: list[Check]) -> CheckGroup:
    asked = [check for check in found if check.came_out in ("clear", "found", "not decided")]
    clear = sum(check.came_out == "clear" for check in asked)
    return CheckGroup(TOPICS.get(topic, topic.replace("_", " ")), tuple(found), clear, len(asked))


def asked(
    facts: Facts, name: str, earlier: tuple[tuple[str, str], ...] = (), right: Mapping[str, Any] | None = None
) -> Asked:
    """One question that was shown, with its answer."""
    question, answer = facts.protocol.questions[name], facts.answers[name]
    said = facts.problems.get(name) or in_words(question, answer)
    in_doubt = answer is None or is_doubt(answer)
    is_confirmed = answer is not None and (right or {}).get(name) == answer
    return Asked(name, question.wording, said, in_doubt, question.kind in ("text", "longtext"), earlier, is_confirmed)


def said(question: Question, value: object) -> str:
    """A stored answer in words; one that cannot be read as it was stored."""
    try:
        return in_words(question, question.read(value))
    except UnreadableAnswer:
        return str(value)[:200]


def in_words(question: Question, answer: Answer | None) -> str:
    """An answer as staff read it: a place by its name, a day as `Nov 15, 2026`, the rest as the form says it."""
    if question.kind in ("country", "region") and answer is not None:
        return NAMES.get(str(answer), str(answer))
    if question.kind == "date" and answer is not None:
        return day_in_words(str(answer))
    return question.in_words(answer)
