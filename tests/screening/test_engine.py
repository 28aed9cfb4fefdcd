"""The decision, rule by rule, on a small made-up protocol. Source: clinical.md section 5.1, outcomes and precedence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening import engine
from screening.conditions import Condition, parse
from screening.engine import Result, canonical, decide, screen, urgent_now
from screening.facts import Facts
from screening.loader import load
from screening.medicine_facts import Listed
from screening.protocol import Outcome, Protocol, Rule
from tests.screening import small_protocol

ON = date(2026, 11, 20)
BOTH = ("talk", "walk")
ANSWERS: dict[str, object] = {
    **{"service_interest": ["talk", "walk"], "dob": "1950-01-01", "smokes": "yes", "packs": "2"},
    **{"med_none": "none", "med_unsure": "no", "med_check": ["none"]},
}
YES, NO, DOUBT = "smokes == 'yes'", "smokes == 'no'", "packs >= 1"
"""Conditions that hold, do not, and, with `packs` unreadable, cannot be told."""


@pytest.fixture
def small(tmp_path: Path) -> Protocol:
    """The small protocol, with a second service."""
    files = load(small_protocol.write(tmp_path / "small"), sealed=False)
    interest = files.questions["service_interest"]
    options = (*interest.options, replace(interest.options[0], code="walk", label="A walk"))
    questions = {**files.questions, "service_interest": replace(interest, options=options)}
    return replace(files, services={"talk": "A talk", "walk": "A walk"}, questions=questions)


def rule(
    name: str, when: str, outcome: Outcome, priority: str = "P3", services: tuple[str, ...] = BOTH, **other: Any
) -> Rule:
    fields = {"severity": "low", "for_clinician": "C", "for_patient": "P", "sources": ("book",), **other}
    return Rule(name, "1.0.0", "made-up", parse(when), services, outcome, priority, **fields)


def asked(protocol: Protocol, *rules: Rule, answers: dict[str, object] | None = None, **how: Any) -> Result:
    return screen(replace(protocol, rules=rules), {**ANSWERS, **(answers or {})}, on=ON, **how)


class Broken:
    """A part of a condition that breaks when it is asked."""

    def names(self) -> tuple[str, ...]:
        return ("smokes",)

    def ready(self) -> Any:
        return lambda known: 1 / 0


def ids(found: Sequence[Any]) -> list[str]:
    return [each.rule.id for each in found]


def test_a_finding_says_everything_about_its_rule_and_why_it_holds(small: Protocol) -> None:
    result = screen(
        small,
        {**ANSWERS, "service_interest": ["talk"], "med_none": "takes", "zz": 1},
        on=ON,
        medications=[Listed("Lithobid 300 mg daily", "taking"), Listed("aspirin", "stopped", date(2026, 11, 1))],
    )

    told = result.as_json()
    body = {key: value for key, value in told.items() if key != "hash"}
    assert told["hash"] == result.hash == hashlib.sha256(canonical(body)).hexdigest()
    assert {key: body.pop(key) for key in ("findings", "medications")} == {
        "findings": [
            {
                **{"rule": "R001", "version": "1.0.0", "category": "heart", "outcome": "clinician_review"},
                **{"priority": "P2", "severity": "low", "services": ["talk"], "sources": ["book"]},
                "because": [
                    {"question": "age", "wording": "Age", "answer": "76"},
                    {"question": "smokes", "wording": "Do you smoke?", "answer": "Yes"},
                    {"question": "dob", "wording": "Date of birth?", "answer": "1950-01-01"},
                ],
                **{"for_clinician": "Smokes.", "for_patient": "A clinician reads this."},
            },
            {
                **{"rule": "R002", "version": "1.0.0", "category": "heart", "outcome": "info"},
                **{"priority": "P4", "severity": "info", "services": ["talk"], "sources": ["book"]},
                "because": [
                    {"question": "med_none", "wording": "Do you take any?", "answer": "Yes"},
                    {"question": "med_unsure", "wording": "Are you unsure?", "answer": "No"},
                    {"question": "med_check", "wording": "Any of these?", "answer": "None"},
                    {
                        "question": "med_list",
                        "wording": "Lithobid 300 mg daily",
                        "answer": "lithium (brand name), taking, in force",
                    },
                ],
                **{"for_clinician": "Salt.", "for_patient": "Tell us."},
            },
        ],
        "medications": [
            {
                **{"typed": "Lithobid 300 mg daily", "match": "exact", "how": "brand name", "ingredients": ["lithium"]},
                **{"known_as": [], "suggestions": [], "dose": "300 mg", "status": "taking", "last_taken": None},
                "look_back": [
                    {
                        **{"ingredient": "lithium", "state": "in_force", "full_days": 5, "tail_days": 8},
                        "clear_on": None,
                        "basis": "Taken now: in force. Full look-back 5 days (wash-out). "
                        "Tail to 8 days (5 half-lives).",
                    }
                ],
            },
            {
                **{"typed": "aspirin", "match": "unrecognised", "ingredients": [], "suggestions": [], "dose": ""},
                **{"how": "known, but not assessed by this protocol", "known_as": ["acetylsalicylic acid"]},
                **{"status": "stopped", "last_taken": "2026-11-01", "look_back": []},
            },
        ],
    }
    assert body == {
        **{"protocol": "small", "version": "1.0.0", "seal": small.seal, "on": "2026-11-20"},
        **{"outcome": "clinician_review", "priority": "P2", "services": {"talk": "clinician_review"}},
        **{"undecided": [], "clear": [], "not_asked": [], "other_services": []},
        "problems": {"zz": "There is no such question."},
    }


def test_every_rule_is_sorted_by_what_came_of_it(small: Protocol) -> None:
    result = asked(
        small,
        rule("A", YES, Outcome.CLINICIAN_REVIEW),
        rule("B", NO, Outcome.URGENT),
        rule("C", YES, Outcome.URGENT, services=("walk",)),
        rule("D", DOUBT, Outcome.INFO, services=("walk", "talk")),
        rule("E", DOUBT, Outcome.URGENT, services=("walk",)),
        rule("F", "wants('walk')", Outcome.URGENT),
        answers={"service_interest": ["talk"], "packs": "many"},
    )

    assert ids(result.findings) == ["A"]
    assert result.clear == ("B", "F")
    assert result.other_services == ("C",)
    assert result.not_asked == ("E",)
    assert result.as_json()["undecided"] == [
        {"rule": "D", "services": ["talk"], "reasons": ["The answer is not a number: How many packs = a day?"]}
    ]
    assert result.problems == {"packs": "The answer is not a number."}


def test_a_check_of_nothing_is_not_clear(small: Protocol) -> None:
    result = asked(
        small,
        rule("A", "packs > 5", Outcome.URGENT),
        rule("B", "packs > 5 and smokes == 'yes'", Outcome.URGENT),
        answers={"smokes": "no"},
    )

    assert (result.clear, result.not_asked) == (("B",), ("A",))


@pytest.mark.parametrize(
    ("talk", "walk", "overall"),
    [
        (Outcome.READY_TO_BOOK, Outcome.READY_TO_BOOK, Outcome.READY_TO_BOOK),
        (Outcome.READY_TO_BOOK, Outcome.CLINICIAN_REVIEW, Outcome.CLINICIAN_REVIEW),
        (Outcome.PRESCRIBER_COORDINATION, Outcome.READY_TO_BOOK, Outcome.PRESCRIBER_COORDINATION),
        (Outcome.PRESCRIBER_COORDINATION, Outcome.CLINICIAN_REVIEW, Outcome.CLINICIAN_REVIEW),
        (Outcome.NOT_SUITABLE_NOW, Outcome.NOT_SUITABLE_NOW, Outcome.NOT_SUITABLE_NOW),
        (Outcome.NOT_SUITABLE_NOW, Outcome.READY_TO_BOOK, Outcome.CLINICIAN_REVIEW),
        (Outcome.NOT_SUITABLE_NOW, Outcome.URGENT, Outcome.URGENT),
    ],
)
def test_the_whole_follows_from_the_services(small: Protocol, talk: Outcome, walk: Outcome, overall: Outcome) -> None:
    rules = rule("A", YES, talk, services=("talk",)), rule("B", YES, walk, services=("walk",))

    result = asked(small, *rules, rule("I", YES, Outcome.INFO))

    assert result.services == {"talk": talk, "walk": walk}
    assert result.outcome is overall


@pytest.mark.parametrize(
    ("outcome", "reached"),
    [
        (Outcome.INFO, Outcome.READY_TO_BOOK),
        (Outcome.PRESCRIBER_COORDINATION, Outcome.CLINICIAN_REVIEW),
        (Outcome.URGENT, Outcome.CLINICIAN_REVIEW),
    ],
)
def test_an_undecided_rule_holds_its_own_services_back_unless_it_only_informs(
    small: Protocol, outcome: Outcome, reached: Outcome
) -> None:
    result = asked(small, rule("A", DOUBT, outcome, services=("talk",)), answers={"packs": "many"})

    assert result.services == {"talk": reached, "walk": Outcome.READY_TO_BOOK}
    assert result.priority == ("P4" if outcome is Outcome.INFO else "P2")


@pytest.mark.parametrize(
    ("found", "undecided", "priority"),
    [
        ([], False, "P4"),
        ([(Outcome.INFO, "P0")], False, "P4"),
        ([(Outcome.CLINICIAN_REVIEW, "P3"), (Outcome.NOT_SUITABLE_NOW, "P1")], False, "P1"),
        ([(Outcome.CLINICIAN_REVIEW, "P3")], True, "P3"),
        ([(Outcome.NOT_SUITABLE_NOW, "P3")], True, "P3"),
        ([(Outcome.PRESCRIBER_COORDINATION, "P3")], True, "P2"),
        ([(Outcome.PRESCRIBER_COORDINATION, "P1")], True, "P1"),
    ],
)
def test_the_priority_is_that_of_the_most_urgent_finding_and_of_doubt_alone_p2(
    small: Protocol, found: list[tuple[Outcome, str]], undecided: bool, priority: str
) -> None:
    rules = [rule(f"R{place}", YES, outcome, at) for place, (outcome, at) in enumerate(found)]
    rules += [rule("U", DOUBT, Outcome.URGENT)] if undecided else []

    assert asked(small, *rules, answers={"packs": "many"}).priority == priority


def test_the_strictest_finding_comes_first_then_the_most_urgent_then_by_name(small: Protocol) -> None:
    result = asked(
        small,
        rule("D", YES, Outcome.CLINICIAN_REVIEW, "P3"),
        rule("C", YES, Outcome.CLINICIAN_REVIEW, "P3"),
        rule("B", YES, Outcome.CLINICIAN_REVIEW, "P1"),
        rule("E", YES, Outcome.URGENT, "P4"),
        rule("A", YES, Outcome.INFO, "P0"),
    )

    assert ids(result.findings) == ["E", "B", "C", "D", "A"]


def test_rules_about_what_others_found_are_asked_after_them(small: Protocol) -> None:
    later = rule("A", "needs_coordination", Outcome.CLINICIAN_REVIEW)
    error = rule("B", "engine_error", Outcome.CLINICIAN_REVIEW)
    coordinate = rule("C", YES, Outcome.PRESCRIBER_COORDINATION)

    assert ids(asked(small, later, error, coordinate).findings) == ["A", "C"]
    assert ids(asked(small, later, error, rule("C", YES, Outcome.CLINICIAN_REVIEW)).findings) == ["C"]
    assert asked(small, later, error).clear == ("A", "B")


def test_a_rule_that_breaks_is_undecided_and_an_error_and_stops_no_other(small: Protocol) -> None:
    broken = replace(rule("A", YES, Outcome.INFO), when=Condition("breaks", Broken(), ("smokes",)))
    error, other = rule("E", "engine_error", Outcome.CLINICIAN_REVIEW), rule("O", YES, Outcome.CLINICIAN_REVIEW)

    result = asked(small, broken, other, error)

    assert ids(result.findings) == ["E", "O"]
    assert [(each.rule.id, each.reasons) for each in result.undecided] == [
        ("A", ("This check could not be run (ZeroDivisionError).",))
    ]


@pytest.mark.parametrize("explain", ["because", "reasons_for_doubt"])
def test_an_explanation_that_breaks_loses_nothing_and_is_an_error(
    small: Protocol, monkeypatch: pytest.MonkeyPatch, explain: str
) -> None:
    def breaks(rule: Rule, facts: Facts) -> tuple[str, ...]:
        if rule.id == "E":
            return ()
        raise ZeroDivisionError

    monkeypatch.setattr(engine, explain, breaks)
    rules = rule("A", YES, Outcome.INFO), rule("D", DOUBT, Outcome.INFO)
    rules += (rule("E", "engine_error", Outcome.CLINICIAN_REVIEW),)

    result = asked(small, *rules, answers={"packs": "many"})

    assert ids(result.findings) == ["E", "A"]
    assert ids(result.undecided) == ["D"]
    broken = result.findings[1].because if explain == "because" else result.undecided[0].reasons
    assert broken == ()


@pytest.mark.parametrize(("started_under", "is_error"), [("", False), ("other", True), (None, False)])
def test_another_protocol_than_the_intake_was_started_under_is_an_error(
    small: Protocol, started_under: str | None, is_error: bool
) -> None:
    error = rule("E", "engine_error", Outcome.CLINICIAN_REVIEW)
    begun = small.seal if started_under is None else started_under

    assert ids(asked(small, error, started_under=begun).findings) == (["E"] if is_error else [])
    assert ids(decide(Facts(replace(small, rules=(error,)), ANSWERS, ON)).findings) == []
    facts = Facts(replace(small, rules=(error,)), ANSWERS, ON)
    assert ids(decide(facts, started_under=begun).findings) == (["E"] if is_error else [])


def test_answers_to_no_question_are_named_some_of_them_and_not_at_any_length(small: Protocol) -> None:
    strange = {f"q{number:02}": "x" for number in range(60)}
    result = asked(small, answers={**strange, "freetext_flag": "no", "a" * 100: "x"})

    assert list(result.problems) == ["a" * 80, *sorted(strange)[:49]]
    assert set(result.problems.values()) == {"There is no such question."}


def test_the_bytes_that_are_hashed_are_sorted_plain_ascii() -> None:
    assert canonical({"b": ["é", 1], "a": None}) == b'{"a":null,"b":["\\u00e9",1]}'


def test_an_urgent_rule_holds_at_once_when_its_questions_are_saved(small: Protocol) -> None:
    protocol = replace(
        small,
        rules=(
            rule("B", YES, Outcome.URGENT, "P1"),
            rule("A", YES, Outcome.URGENT, "P0", services=("walk",)),
            rule("C", NO, Outcome.URGENT),
            rule("D", DOUBT, Outcome.URGENT),
            rule("E", YES, Outcome.CLINICIAN_REVIEW),
        ),
    )
    facts = Facts(protocol, {**ANSWERS, "packs": "many"}, ON)

    found = urgent_now(facts, saved=frozenset({"smokes"}))

    assert [(each.rule.id, each.services) for each in found] == [("A", ("walk",)), ("B", BOTH)]
    assert found[0].because[0].about == "smokes"
    assert urgent_now(facts, saved=frozenset({"packs"})) == ()


def test_an_urgent_rule_about_hidden_questions_too_waits_only_for_those_that_are_shown(small: Protocol) -> None:
    protocol = replace(small, rules=(rule("A", "smokes == 'no' or packs > 1", Outcome.URGENT),))
    facts = Facts(protocol, {**ANSWERS, "smokes": "no"}, ON)

    assert ids(urgent_now(facts, saved=frozenset({"smokes"}))) == ["A"]


def test_an_urgent_rule_or_explanation_that_breaks_is_told_to_a_person(
    small: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(rule("A", YES, Outcome.URGENT), when=Condition("breaks", Broken(), ("smokes",)))
    facts = Facts(replace(small, rules=(broken, rule("B", YES, Outcome.URGENT))), ANSWERS, ON)
    assert [each.rule.id for each in urgent_now(facts, saved=frozenset({"smokes"}))] == ["A", "B"]

    def breaks(rule: Rule, facts: Facts) -> tuple[str, ...]:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "because", breaks)
    found = urgent_now(facts, saved=frozenset({"smokes"}))
    assert [(each.rule.id, each.services, each.because) for each in found] == [("A", BOTH, ()), ("B", BOTH, ())]
