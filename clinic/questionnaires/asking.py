"""What a follow-up asks, on which pages, in the words of the protocol; old answers are background, never filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.questionnaires.models import Questionnaire
from screening.answers import UnreadableAnswer
from screening.facts import Facts
from screening.instruments import Score, score
from screening.protocol import Page, Protocol

ASKS: Final[dict[str, tuple[str, ...]]] = {
    "F31": ("phq9", "gad7", "peg"),
    "F32": ("phq9", "gad7", "peg"),
    "F33": ("phq9", "gad7", "peg", "auditc"),
    "F34": ("phq9", "gad7", "peg"),
    "F35": ("phq9", "gad7", "peg", "pcptsd5", "auditc"),
}
"""The scales of each follow-up. Source: followups.csv, F31 to F35."""
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
    instruments = protocols.of(questionnaire.intake).instruments
    return tuple(item for scale in questionnaire.asks for item in instruments[scale].items)


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
    return protocols.facts_of(questionnaire.intake, now=now, answers={**before, **mine})


def pages_of(questionnaire: Questionnaire, facts: Facts) -> tuple[Page, ...]:
    """The pages of a questionnaire that this person is shown: those of the protocol, with nothing else on them.

    Args:
        questionnaire: which.
        facts: in the language of the page.
    """
    asked, shown = set(items_of(questionnaire)), set(facts.shown)
    here = (_narrowed(page, asked) for page in facts.protocol.pages.values() if asked & set(page.questions))
    return tuple(page for page in here if shown & set(page.questions))


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
