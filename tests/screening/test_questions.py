"""How an answer to each kind of question is read, what is refused and why, and how it is read back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.answers import UnreadableAnswer
from screening.facts import Facts
from screening.questions import KINDS, Option, Question
from tests.screening.intakes import BASELINE, CLINIC, ON, PROTOCOL

OPTIONS = (Option("a", "An apple"), Option("b", "A bear"), Option("1", "Once"), Option("not_sure", "Not sure"))
CHOSEN = {"single", "yesno", "checkbox", "scale0_3", "scale0_10"}


def question(kind: str, *options: Option, **more: Any) -> Question:
    return Question("q", "What?", kind, options, required=True, show_if=None, why="", **more)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [None, "", [], ()])
def test_nothing_is_no_answer_to_any_kind_of_question(kind: str, empty: object) -> None:
    assert question(kind).read(empty) is None


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        ("single", "a", "a"),
        ("single", " a ", "a"),
        ("single", 1, "1"),
        ("single", 1.0, "1"),
        ("single", "1.0", "1"),
        ("single", "01", "1"),
        ("yesno", True, "yes"),
        ("yesno", False, "no"),
        ("checkbox", True, "yes"),
        ("scale0_3", "3", "3"),
        ("scale0_3", 0, "0"),
        ("scale0_10", 10.0, "10"),
        ("multi", ["a"], ("a",)),
        ("multi", ["b", "a", "a", ""], ("a", "b")),
        ("multi", "b", ("b",)),
        ("multi", (" a ",), ("a",)),
        ("multi", {"a"}, ("a",)),
        ("multi", [1], ("1",)),
        ("multi", [""], None),
        ("multi", ["a"] * 200, ("a",)),
        ("integer", 70, "70"),
        ("integer", "70", "70"),
        ("integer", 70.0, "70"),
        ("integer", 10**15, "1000000000000000"),
        ("integer", 0, "0"),
        ("integer", "0", "0"),
        ("number", 0.5, "0.5"),
        ("number", 70.5, "70.5"),
        ("number", "1e2", "100"),
        ("date", "2026-11-20", "2026-11-20"),
        ("date", " 2026-11-20 ", "2026-11-20"),
        ("date", date(2026, 11, 20), "2026-11-20"),
        ("text", " Jo ", "Jo"),
        ("longtext", 5, "5"),
        ("phone", " \x00 ", None),
        ("text", "\u200b", None),
        ("phone", " \u2060\u00ad ", None),
        ("longtext", "\u3164\u2800", None),
        ("text", "\u0301", None),
        ("text", "\u738b", "\u738b"),
        ("text", "\U0001f600", "\U0001f600"),
        ("text", "\u200bJos\u00e9", "\u200bJos\u00e9"),
    ],
)
def test_an_answer_is_read_into_one_shape(kind: str, value: object, answer: object) -> None:
    options = () if kind in CHOSEN - {"single"} else OPTIONS
    assert question(kind, *options).read(value) == answer


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("single", "c", "is not one of the choices"),
        ("single", "A", "is not one of the choices"),
        ("single", 1.5, "is not a whole number"),
        ("single", "1.2.3", "is not one of the choices"),
        ("single", ["a"], "is neither text nor a number"),
        ("single", False, "is not one of the choices"),
        ("yesno", 1, "is not one of the choices"),
        ("yesno", "1.5", "is not one of the choices"),
        ("scale0_3", 4, "is outside the scale"),
        ("scale0_3", -1, "is outside the scale"),
        ("scale0_3", ["1"], "is not a number"),
        ("scale0_10", 11, "is outside the scale"),
        ("multi", ["a", "c"], "has a choice that is not offered"),
        ("multi", ["a"] * 201, "has too many choices"),
        ("multi", [["a"]], "is neither text nor a number"),
        ("multi", {"a": 1}, "is neither text nor a number"),
        ("integer", 70.5, "is not a whole number"),
        ("integer", -1, "is below zero"),
        ("integer", True, "is not a number"),
        ("number", -0.5, "is below zero"),
        ("number", "yes", "is not a number"),
        ("date", "2026-02-30", "is not a date like 1991-05-02"),
        ("date", 20261120, "is not a date"),
        ("date", "2" * 31, "is not a date"),
        ("text", ["a"], "is neither text nor a number"),
        ("repeat", "one line", "must be told in the list of medicines"),
        ("repeat", [{"name": "lithium"}], "must be told in the list of medicines"),
    ],
)
def test_what_is_no_answer_to_a_question_is_refused_in_words(kind: str, value: object, why: str) -> None:
    options = () if kind in CHOSEN - {"single"} else OPTIONS
    with pytest.raises(UnreadableAnswer) as refused:
        question(kind, *options).read(value)
    assert str(refused.value) == why


@pytest.mark.parametrize(("kind", "codes"), [("scale0_3", "0123"), ("yesno", {"yes", "no"}), ("single", {"yes", "no"})])
def test_a_question_without_options_has_the_codes_of_its_scale_or_yes_and_no(kind: str, codes: object) -> None:
    assert question(kind).codes == set(codes)  # type: ignore[call-overload]
    assert question("single", *OPTIONS).codes == {"a", "b", "1", "not_sure"}


@pytest.mark.parametrize("asked", [*PROTOCOL.questions.values(), question("single", Option("01", "A month"), *OPTIONS)])
def test_what_needs_no_reading_is_what_would_be_read(asked: Question) -> None:
    assert {value: asked.read(value) for value in asked.plain} == asked.plain


def test_an_answer_is_read_back_in_the_words_of_its_options_and_with_its_unit() -> None:
    fruit, height = question("multi", *OPTIONS), question("number", unit="cm")

    assert fruit.in_words(("a", "not_sure")) == "An apple, Not sure"
    assert fruit.in_words("b") == "A bear"
    assert fruit.in_words("c") == "c"
    assert fruit.in_words(None) == "Not answered"
    assert height.in_words("180") == "180 cm"
    assert question("single", Option("a", "First"), Option("a", "Second")).label("a") == "First"


def test_an_answer_without_its_own_shape_is_read_before_it_is_decided_about() -> None:
    given = {**BASELINE.given, "service_interest": "ket_home", "hr_rest": "yes", "seizure": ["no"]}
    facts = Facts(PROTOCOL, given, ON, CLINIC)

    assert facts.answers["service_interest"] == facts.values["service_interest"] == ("ket_home",)
    assert facts.problems == {
        "hr_rest": "The answer is not a number.",
        "seizure": "The answer is neither text nor a number.",
    }
