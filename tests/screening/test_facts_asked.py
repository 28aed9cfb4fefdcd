"""What was asked and answered: what is hidden, missing, in doubt or unreadable, services, and medicines in doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from screening.answers import DOUBT
from screening.condition_nodes import CANNOT_TELL
from screening.facts import Facts
from screening.medicine_facts import Listed
from tests.screening.intakes import CLINIC, ON, PROTOCOL, facts_with

TAKES = Listed("sertraline", "taking")


@pytest.mark.parametrize(
    ("ticked", "asked_about", "wants_home", "wants_not_sure"),
    [
        (["ket_home"], ("ket_home",), True, False),
        (["ket_iv_im"], ("ket_iv_im",), False, False),
        (["trial_referral", "ket_iv_im"], ("ket_iv_im", "trial_referral"), False, False),
        (["ket_iv_im", "not_sure"], tuple(PROTOCOL.services), True, True),
        (None, tuple(PROTOCOL.services), True, False),
        (["nonsense"], tuple(PROTOCOL.services), True, False),
    ],
)
def test_services_are_those_ticked_or_all(
    ticked: object, asked_about: tuple[str, ...], wants_home: bool, wants_not_sure: bool
) -> None:
    asked = facts_with(service_interest=ticked)
    assert asked.services() == asked_about
    assert asked.wants("ket_home") is wants_home
    assert asked.wants("not_sure") is wants_not_sure


@pytest.mark.parametrize(
    ("changes", "is_missing"),
    [
        ({}, False),
        ({"seizure": None}, True),
        ({"seizure": "not_sure"}, False),
        ({"dob": None, "bp_date": None}, False),
        ({"dob": None, "seizure": None}, True),
        ({"hr_rest": "fast"}, None),
        ({"hr_rest": "fast", "dob": None}, None),
        ({"hr_rest": "fast", "seizure": None}, True),
    ],
)
def test_something_required_is_missing_or_could_not_be_read(changes: dict[str, Any], is_missing: bool | None) -> None:
    assert facts_with(**changes).call("required_missing", ()) is is_missing


def test_a_hidden_question_keeps_no_answer_and_is_no_doubt() -> None:
    asked = facts_with(bp_recent="no", bp_sys=118)
    assert asked.values["bp_sys"] is None
    assert "bp_sys" in asked.blank
    assert "bp_sys" not in (*asked.shown, *asked.answers, *asked.unknown, *asked.lacking)


def test_a_needed_answer_that_is_missing_is_doubt_and_one_that_is_not_needed_is_nothing() -> None:
    asked = facts_with(seizure=None)
    assert asked.values["seizure"] is CANNOT_TELL
    assert asked.values["hr_rest"] is None
    assert asked.answers["seizure"] is asked.answers["hr_rest"] is None
    assert {"seizure", "hr_rest"} <= asked.unknown & set(asked.shown)
    assert asked.lacking == ["seizure"]
    assert "hr_rest" in asked.blank
    assert "seizure" not in asked.blank


def test_an_answer_that_cannot_be_read_is_doubt_and_says_why() -> None:
    asked = facts_with(hr_rest="fast", seizure="perhaps")
    assert asked.problems == {
        "hr_rest": "The answer is not a number.",
        "seizure": "The answer is not one of the choices.",
    }
    assert asked.values["hr_rest"] is asked.values["seizure"] is CANNOT_TELL
    assert asked.lacking == ["seizure"]
    assert not {"hr_rest", "seizure"} & asked.blank
    assert {"hr_rest", "seizure"} <= asked.unknown


def test_a_doubtful_answer_is_kept_and_counts_as_not_known() -> None:
    asked = facts_with(seizure="not_sure", family_first=["adopted"], hr_rest=70)
    assert (asked.values["seizure"], asked.values["family_first"]) == ("not_sure", ("adopted",))
    assert {"seizure", "family_first"} <= asked.unknown
    assert (asked.answers["hr_rest"], asked.values["hr_rest"]) == ("70", 70.0)
    assert not {"hr_rest", "liver"} & asked.unknown
    assert asked.lacking == []
    assert asked.doubt == DOUBT


def test_an_answer_in_another_shape_is_read_as_the_same() -> None:
    asked = facts_with(phq1="2", phq2=2.0, service_interest=("ket_iv_im",))
    assert (asked.values["phq1"], asked.values["phq2"]) == ("2", "2")
    assert asked.values["service_interest"] == ("ket_iv_im",)


@pytest.mark.parametrize(
    ("changes", "listed", "anything_possible"),
    [
        ({}, (), False),
        ({"med_none": None}, (), True),
        ({"med_none": "not_sure"}, (), True),
        ({"med_none": "takes"}, (), True),
        ({"med_none": "takes"}, (TAKES,), False),
        ({"med_none": "takes"}, (Listed("zzqx"),), True),
        ({"med_unsure": None}, (), True),
        ({"med_unsure": "yes"}, (), True),
        ({"med_check": None}, (), True),
        ({"med_check": ["not_sure"]}, (), True),
        ({"med_check": ["nonsense"]}, (), True),
    ],
)
def test_any_doubt_about_medicines_leaves_anything_possible(
    changes: dict[str, Any], listed: tuple[Listed, ...], anything_possible: bool
) -> None:
    assert facts_with(CLINIC, listed, **changes).cabinet.anything_possible is anything_possible


def test_medicines_are_dated_to_the_day_of_the_decision_and_ticks_reach_them() -> None:
    stopped = Listed("Prozac", "stopped", date(2026, 10, 30))
    asked = facts_with(CLINIC, (stopped,), med_none="takes", med_check=["lithium"])
    assert asked.cabinet.ticked == ("lithium",)
    assert asked.cabinet.taken[0].look_backs[0][1].on == ON
    assert asked.tagged("SRI") is True
    assert asked.call("med_check_positive", ("lithium",)) is True
    assert asked.count("med_count_all", ()) == 1
    assert facts_with().tagged("SRI") is False


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda facts: facts.tagged("SRI"), True),
        (lambda facts: facts.call("med_unrecognized", ()), False),
        (lambda facts: facts.count("med_ntag", ("SRI",)), 1),
    ],
)
def test_medicines_are_read_by_whichever_question_about_them_comes_first(
    ask: Callable[[Facts], object], told: object
) -> None:
    assert ask(facts_with(CLINIC, (TAKES,), med_none="takes")) == told
