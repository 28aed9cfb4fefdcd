"""The names that are no question: each is worked out, is of one kind, and tells the questions behind it."""

from __future__ import annotations

import pytest

from screening.condition_nodes import CannotTell
from screening.derived import BEHIND, CODES, DERIVED, FLAGS, NUMBERS, questions_of_show_if
from screening.facts import Facts
from tests.screening.intakes import BASELINE, ON, PROTOCOL


@pytest.mark.parametrize("given", [{}, BASELINE.given])
def test_each_derived_value_is_worked_out_even_of_nothing_and_is_of_one_kind(given: dict[str, object]) -> None:
    facts = Facts(PROTOCOL, given, ON)
    values = facts.values
    assert sorted([*FLAGS, *CODES, *NUMBERS]) == sorted(DERIVED)
    assert {type(values[name]) for name in FLAGS} <= {bool, CannotTell}
    assert {type(values[name]) for name in NUMBERS} <= {int, float, type(None), CannotTell}
    assert all(values[name] in codes for name, codes in CODES.items())


def test_each_question_behind_a_derived_value_is_asked() -> None:
    assert {question for questions in BEHIND.values() for question in questions} <= PROTOCOL.questions.keys()


def test_a_show_if_looks_at_questions_directly_or_through_a_derived_value_or_a_service() -> None:
    assert [*questions_of_show_if(["smokes", "bmi", "wants", "telemed_flex_active"])] == [
        "smokes",
        "height_cm",
        "weight_kg",
        "service_interest",
    ]
