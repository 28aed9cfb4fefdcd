"""Who is asked what: the scales that the protocol names, in its own words, and never filled in from before."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.questionnaires.asking import asks_for, facts_of, first_record, items_of, pages_of
from clinic.questionnaires.presenters import sheet_of

from .conftest import LATER, Asks

POSITIVE = {"auditc1": "3", "auditc2": "1", "auditc3": "1", "sex_birth": "male"}
NEGATIVE = {"auditc1": "1", "auditc2": "0", "auditc3": "0", "sex_birth": "male"}
PAIN = {"reason_main": ["depression", "pain"], "pain_type": ["back"], "peg1": "5", "peg2": "5", "peg3": "5"}
TRAUMA = {"pcptsd_event": "yes", **{f"pcptsd{item}": "yes" for item in range(1, 6)}}


@pytest.mark.parametrize(
    ("plan", "told", "scales"),
    [
        ("F31", {"reason_main": ["depression"]}, ["phq9", "gad7"]),
        ("F31", PAIN, ["phq9", "gad7", "peg"]),
        ("F33", {"reason_main": ["depression"], **NEGATIVE}, ["phq9", "gad7"]),
        ("F33", {"reason_main": ["depression"], **POSITIVE}, ["phq9", "gad7", "auditc"]),
        ("F32", {"reason_main": ["depression"], **POSITIVE}, ["phq9", "gad7"]),
        ("F35", {"reason_main": ["depression"], **NEGATIVE, **TRAUMA}, ["phq9", "gad7", "pcptsd5"]),
        ("F35", {"reason_main": ["depression"], **NEGATIVE, "pcptsd_event": "no"}, ["phq9", "gad7"]),
    ],
)
def test_a_follow_up_asks_what_the_protocol_names_for_this_patient(
    asked: Asks, plan: str, told: dict[str, Any], scales: list[str]
) -> None:
    assert asked(plan, **told).asks == scales


def test_a_scale_that_was_not_complete_at_intake_is_asked_again(asked: Asks) -> None:
    record = first_record(asked("F33", **NEGATIVE).intake)
    assert record
    record.answers["answers"].pop("auditc2")

    assert "auditc" in asks_for("F33", record)


def test_every_item_is_shown_on_some_page_and_nothing_else(asked: Asks) -> None:
    questionnaire = asked("F35", **{**PAIN, **POSITIVE, **TRAUMA})
    facts = facts_of(questionnaire, now=LATER)
    on_pages = [name for page in pages_of(questionnaire, facts) for name in page.questions]

    assert sorted(on_pages) == sorted(items_of(questionnaire))


def test_an_old_answer_is_never_filled_in(asked: Asks) -> None:
    sheet = sheet_of(asked(phq1="3"), now=LATER)

    assert not {name: sheet.facts.given[name] for name in items_of(sheet.questionnaire) if name in sheet.facts.given}
