"""What a follow-up asks, on which pages, in the words of the protocol; old answers are background, never filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language

from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.questionnaires.models import Questionnaire
from screening.answers import UnreadableAnswer
from screening.checks import COUNTS, Check, checks
from screening.facts import Facts
from screening.instruments import Score, score
from screening.protocol import Page, Protocol

BLADDER: Final = "passing-water"
SMALL_AMOUNTS: Final = "small-amounts"
ASKS: Final[dict[str, tuple[str, ...]]] = {
    "F31": ("phq9", "gad7", "peg"),
    "F32": ("phq9", "gad7", "peg"),
    "F33": ("phq9", "gad7", "peg", "auditc"),
    "F34": ("phq9", "gad7", "peg"),
    "F35": ("phq9", "gad7", "peg", "pcptsd5", "auditc"),
    "F29": ("after-session",),
    "F30": ("after-session", "after-session-later"),
    "F37": (BLADDER,),
    "F39": (SMALL_AMOUNTS,),
}
"""The scales and checks of each follow-up. Source: followups.csv, F29 to F35, F37 and F39."""
IF_PAIN: Final = "peg"
IF_POSITIVE: Final = ("auditc", "pcptsd5")
"""Asked again only of those for whom it was positive at intake, or of whom it is not known. Source: F33, F35."""


def asks(plan: str) -> bool:
    """True when a follow-up asks questions."""
    return plan in ASKS


def asks_for(plan: str, record: ScreeningRecord) -> tuple[str, ...]:
    """The scales that a follow-up asks this patient.

    Args:
        plan: the follow-up of the protocol.
        record: what they sent at intake.
    """
    facts = protocols.facts_of(record.intake, now=record.screened_at, answers=record.answers["answers"])
    return tuple(name for name in ASKS.get(plan, ()) if _is_asked(name, facts))


def _is_asked(scale: str, facts: Facts) -> bool:
    if scale == IF_PAIN:
        reasons = facts.given.get("reason_main") or ()
        return "pain" in (reasons if isinstance(reasons, list | tuple) else (reasons,))
    if scale == SMALL_AMOUNTS:
        return facts.given.get("microdosing_now") != "no"
    return scale not in IF_POSITIVE or _may_be_positive(scale, facts)


def _may_be_positive(scale: str, facts: Facts) -> bool:
    """True unless the scale was not shown, or is surely below where it counts as positive."""
    instrument = facts.protocol.instruments[scale]
    if not set(instrument.items) & set(facts.shown):
        return False
    found = scored(facts.protocol, scale, facts.given)
    if found is None or found.total is None:
        return True
    cut = facts.values["auditc_cut"] if scale == "auditc" else instrument.bands[1].low
    return not isinstance(cut, int | float) or found.total >= cut


def items_of(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Every question of a questionnaire."""
    protocol = protocols.of(questionnaire.intake)
    return tuple(item for name in questionnaire.asks for item in _items(protocol, name))


def _items(protocol: Protocol, name: str) -> tuple[str, ...]:
    """The questions of one scale or check."""
    check = _checks(protocol).get(name)
    return check.page.questions if check else protocol.instruments[name].items


def _checks(protocol: Protocol, language: str = "") -> dict[str, Check]:
    return checks(protocol.name, protocol.parts[0].id, language)


def shown(questionnaire: Questionnaire) -> Protocol:
    """The protocol of a questionnaire with the checks it asks, in the language of the page that is being made."""
    protocol = protocols.shown(protocols.of(questionnaire.intake))
    return _with_checks(protocol, questionnaire.asks, get_language() or "")


def _with_checks(protocol: Protocol, asks: Sequence[str], language: str = "") -> Protocol:
    """A protocol with the pages and questions of the checks that are asked; without any, the protocol itself."""
    asked = [check for name, check in _checks(protocol, language).items() if name in asks]
    if not asked:
        return protocol
    own = {name: question for check in asked for name, question in check.questions.items()}
    pages = {check.id: check.page for check in asked}
    return replace(protocol, questions={**protocol.questions, **own}, pages={**protocol.pages, **pages})


def symptoms(questionnaire: Questionnaire) -> list[str]:
    """The questions of checks that were answered with yes or not sure, or left open."""
    found = _checks(protocols.of(questionnaire.intake))
    asked = [item for name in questionnaire.asks if name in found for item in found[name].questions]
    return [item for item in asked if questionnaire.answers.get(item, "not_sure") in COUNTS]


def facts_of(questionnaire: Questionnaire, *, now: datetime, answers: Mapping[str, Any] | None = None) -> Facts:
    """The facts of a patient with what they answer now in the place of what they answered to the same before.

    Args:
        questionnaire: whose answers count.
        now: the moment.
        answers: others in their place.
    """
    asked = set(items_of(questionnaire))
    before = {name: answer for name, answer in questionnaire.intake.answers.items() if name not in asked}
    mine = questionnaire.answers if answers is None else answers
    facts = protocols.facts_of(questionnaire.intake, now=now, answers={**before, **mine})
    return in_protocol(facts, _with_checks(facts.protocol, questionnaire.asks))


def in_protocol(facts: Facts, protocol: Protocol) -> Facts:
    """The same facts in another protocol, such as one in another language."""
    if protocol is facts.protocol:
        return facts
    return Facts(protocol, facts.given, facts.on, facts.clinic, facts.medications)


def pages_of(questionnaire: Questionnaire, facts: Facts) -> tuple[Page, ...]:
    """The pages of a questionnaire that this person is shown: one question each, in the order of the protocol.

    Args:
        questionnaire: which.
        facts: in the language of the page.
    """
    asked, shown = set(items_of(questionnaire)), set(facts.shown)
    own = {item for name in questionnaire.asks if name in facts.protocol.pages for item in _items(facts.protocol, name)}
    here = (
        page if page.id in questionnaire.asks else _narrowed(page, asked - own)
        for page in facts.protocol.pages.values()
    )
    return tuple(_alone(page, name) for page in here for name in page.questions if name in shown)


def _alone(page: Page, name: str) -> Page:
    """One question of a page, named like it; what stands before all of them stands before the first."""
    alone = replace(page, id=name, questions=(name,))
    return alone if name == page.questions[0] else replace(alone, before="", why="")


def _narrowed(page: Page, asked: set[str]) -> Page:
    """A page with only what is asked; its introduction stays only where it still speaks of all of the page."""
    kept = tuple(name for name in page.questions if name in asked)
    return page if kept == page.questions else replace(page, questions=kept, before="", why="", hint="")


def scored(protocol: Protocol, scale: str, answers: Mapping[str, Any]) -> Score | None:
    """The score of one scale; None when an answer cannot be read."""
    instrument = protocol.instruments[scale]
    try:
        return score(instrument, [answers.get(item) for item in instrument.items])
    except UnreadableAnswer:
        return None


def first_record(intake: Intake) -> ScreeningRecord | None:
    """What was sent at intake, before anything was told anew."""
    record = intake.records.order_by("number").first()
    if record is not None:
        record.intake = intake
    return record
