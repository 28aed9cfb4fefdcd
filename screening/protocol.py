"""The protocol: what a clinic asks, knows and decides, as frozen values that the loader builds and the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final, Self

from screening.answers import Answer
from screening.condition_nodes import Ask
from screening.conditions import Condition
from screening.derived import questions_of_show_if
from screening.instruments import Instrument
from screening.medications import Medication, MedicineNames
from screening.questions import FREE_TEXT, Question
from screening.second_signature import SecondSignature
from screening.waking import Checks, Wakers, shown_by, wakers
from screening.wording import Words


class Outcome(StrEnum):
    """Where a person is routed, from the least to the most strict."""

    INFO = "info"
    READY_TO_BOOK = "ready_to_book"
    PRESCRIBER_COORDINATION = "prescriber_coordination"
    CLINICIAN_REVIEW = "clinician_review"
    NOT_SUITABLE_NOW = "not_suitable_now"
    URGENT = "urgent"

    strictness: int
    """A larger number is stricter."""

    def __new__(cls, value: str) -> Self:
        outcome = str.__new__(cls, value)
        outcome._value_ = value
        outcome.strictness = len(cls.__members__)
        return outcome

    __hash__ = str.__hash__  # that of an enumeration is Python, and asked for several times in each decision


PRIORITIES: Final = ("P0", "P1", "P2", "P3", "P4")
PAGE_KINDS: Final = ("single", "rows", "form", "medicines", "sign")
CASE_FACTS: Final = frozenset({
    "age", "bp_age_days", "licensed_region", "telemed_flex_active", "freetext_flag", "started_under_another_version",
})  # fmt: skip
"""What a worked case may give that is no answer: `age` for a date of birth, `bp_age_days` for the date of a reading."""
SEVERITIES: Final = ("critical", "high", "moderate", "low", "info")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from, and how far it was checked."""

    key: str
    citation: str
    year: str
    url_or_doi: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it holds, what it says, for which services, and where it comes from.

    `stage` is when it is asked: 0 first, 1 when it reads what the others found, 2 when it reads whether any broke.
    """

    id: str
    version: str
    category: str
    when: Condition
    services: tuple[str, ...]
    outcome: Outcome
    priority: str
    severity: str
    for_clinician: str
    for_patient: str
    sources: tuple[str, ...]
    stage: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        stage = 2 if "engine_error" in self.when.reads else int("needs_coordination" in self.when.reads)
        object.__setattr__(self, "stage", stage)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the intake: the questions on it, and when all of them are hidden the page is not shown.

    `kind` says how the page is asked: "single" for one question, "rows" for short rows that share a page, "form" for a
    few fields that belong together, "medicines" for the list of medicines, "sign" for reading, agreeing and signing.
    """

    id: str
    part: str
    title: str
    kind: str
    questions: tuple[str, ...]
    hint: str = ""
    why: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the six parts of the task list."""

    id: str
    title: str
    hint: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """One follow-up of the protocol: what triggers it, when it is due, who gets it, how, and what stops it."""

    id: str
    trigger: str
    offset: str
    audience: str
    channel: str
    content: str
    stop_condition: str
    quiet_hours: bool
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case: what differs from the baseline, and what must come out.

    `answers` also holds the facts in `CASE_FACTS`, which stand for something else; `unanswered` are answers that the
    baseline has and this case has not. `priority` is empty where the specification gives none. `rules` must be
    triggered, `clear` must come out as clear checks, and `services` are outcomes of single services; a case that names
    none of these leaves them open.
    """

    id: str
    description: str
    answers: Mapping[str, object]
    medications: tuple[Mapping[str, object], ...]
    outcome: Outcome
    priority: str
    rules: tuple[str, ...]
    rationale: str
    source: str
    unanswered: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    services: Mapping[str, Outcome] = field(default_factory=dict)


Step = tuple[str, Ask | None, Mapping[object, str], Mapping[Answer, Checks], Checks, Question]
"""A question as it is asked: its name, whether it is shown, its plain answers, the checks that each code wakes and
those that anything else does, itself. There are many, asked often, and Python takes a tuple apart much quicker when it
has no names."""
Check = tuple[Ask, frozenset[str] | None, str, Rule]
"""A rule as it is asked: its condition, the names that stand for the values it reads, its id, itself.

The names are None when it also calls a function, or reads an answer that everybody needs to give: then it is never a
check of nothing."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol version, and the seal that names exactly these files.

    What is made ready once: `steps` are its questions in order, `steering` those that decide which others are shown,
    `stages` its rules by when they are asked, `checks` their ids in that order, `wakers` what wakes each of the first
    stage, `urgent` those that are also asked while an intake is filled in, `free_texts` the questions answered in words
    of one's own, and `safety_starts` the first words of the safety phrases: a text without any of them holds no such
    phrase.
    """

    name: str
    version: str
    seal: str
    approved_by: str
    approved_on: date | None
    services: Mapping[str, str]
    parts: tuple[Part, ...]
    questions: Mapping[str, Question]
    rules: tuple[Rule, ...]
    medications: Mapping[str, Medication]
    names: MedicineNames
    checklist: Mapping[str, tuple[str, ...]]
    safety_phrases: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    followups: tuple[FollowUpPlan, ...]
    sources: Mapping[str, Source]
    pages: Mapping[str, Page] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    second_signature: SecondSignature = SecondSignature()
    steps: tuple[Step, ...] = field(init=False, repr=False, compare=False)
    steering: frozenset[str] = field(init=False, repr=False, compare=False)
    stages: tuple[tuple[Check, ...], ...] = field(init=False, repr=False, compare=False)
    checks: dict[str, None] = field(init=False, repr=False, compare=False)
    wakers: Wakers = field(init=False, repr=False, compare=False)
    urgent: tuple[Rule, ...] = field(init=False, repr=False, compare=False)
    free_texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    safety_starts: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reads = [question.show_if.reads for question in self.questions.values() if question.show_if]
        object.__setattr__(self, "steering", frozenset(questions_of_show_if(chain.from_iterable(reads))))
        needed = frozenset(q.id for q in self.questions.values() if q.required and not q.show_if)
        stages = tuple(tuple(_check(rule, needed) for rule in self.rules if rule.stage == stage) for stage in range(3))
        object.__setattr__(self, "stages", stages)
        object.__setattr__(self, "checks", {check[2]: None for check in chain.from_iterable(stages)})
        object.__setattr__(self, "wakers", wakers(self.questions, (check[3].when for check in stages[0])))
        show_ifs = {q.show_if.text: shown_by(q.show_if, self.questions) for q in self.questions.values() if q.show_if}
        steps = tuple(_step(question, show_ifs, self.wakers) for question in self.questions.values())
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "urgent", tuple(rule for rule in self.rules if rule.outcome is Outcome.URGENT))
        free_texts = tuple(name for name, question in self.questions.items() if question.kind in FREE_TEXT)
        object.__setattr__(self, "free_texts", free_texts)
        starts = frozenset(first for words in self.safety_phrases for first in words.split()[:1])
        object.__setattr__(self, "safety_starts", starts)

    @property
    def is_approved(self) -> bool:
        """True only when the protocol carries the name of the clinician who approved it, and the day."""
        return bool(self.approved_by and self.approved_on)


def _step(question: Question, show_ifs: Mapping[str, Ask], wakers: Wakers) -> Step:
    is_shown = show_ifs[question.show_if.text] if question.show_if else None
    waking = wakers.questions[question.id]
    return question.id, is_shown, question.plain, waking.by_answer, waking.other, question


def _check(rule: Rule, needed: frozenset[str]) -> Check:
    reads_something = rule.when.calls or not needed.isdisjoint(rule.when.names)
    return rule.when.ask, None if reads_something else rule.when.names, rule.id, rule
