"""Which checks sleep: only those whose first part surely says no, whatever else is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screening import engine
from screening.conditions import Condition, parse
from screening.engine import screen
from screening.facts import Facts
from screening.medicine_facts import Cabinet, Listed
from screening.protocol import Outcome
from screening.waking import shown_by, wakers
from tests.screening.intakes import BASELINE, CLINIC, ON, PROTOCOL
from tests.screening.test_engine import Broken

QUESTIONS = PROTOCOL.questions
YES, NOT_SURE, NO = "yes_12m", "not_sure", "no"


@pytest.mark.parametrize(
    ("condition", "question", "wakes", "sleeps"),
    [
        ("seizure in ('yes_12m','yes_past')", "seizure", [YES, NOT_SURE], [NO]),
        ("seizure == 'yes_12m' and age > 3", "seizure", [YES, NOT_SURE], [NO]),
        ("seizure == 'yes_12m' or guardian == 'yes'", "seizure", [YES, NOT_SURE], [NO]),
        ("(seizure == 'yes_12m' and age > 3) or guardian == 'yes'", "seizure", [YES], [NO]),
        ("seizure != 'no'", "seizure", [YES, NOT_SURE], [NO]),
        ("unk('guardian','seizure')", "seizure", [NOT_SURE], [YES, NO]),
        ("has(reason_main,'pain')", "reason_main", [("pain",)], [("depression",)]),
        ("phq9 in ('2','3')", "phq9", ["2", "3"], ["0", "1"]),
    ],
)
def test_an_answer_wakes_a_check_unless_its_first_part_surely_says_no(
    condition: str, question: str, wakes: list[object], sleeps: list[object]
) -> None:
    found = wakers(QUESTIONS, [parse("age > 3"), parse(condition)])

    by_answer, other = found.questions[question]
    assert [by_answer[answer] for answer in wakes] == [(1,)] * len(wakes)  # type: ignore[index]
    assert [by_answer[answer] for answer in sleeps] == [()] * len(sleeps)  # type: ignore[index]
    assert other == (1,)
    assert found.always == (0,)


@pytest.mark.parametrize(
    "condition",
    [
        "age > 3 and seizure == 'no'",
        "seizure == 'no' or age > 3",
        "not (seizure == 'no' and guardian == 'no')",
        "med_ntag('QT') >= 0",
        "med_sev('psy') == 3",
        "med_unrecognized()",
        "wants('ket_home')",
    ],
)
def test_a_check_that_reads_more_at_first_than_one_answer_or_tag_never_sleeps(condition: str) -> None:
    assert wakers(QUESTIONS, [parse(condition)]).always == (0,)


def test_a_check_about_a_tag_wakes_at_that_tag_alone() -> None:
    conditions = ["med_tag('QT') and age > 3", "med_ntag('QT') >= 1 or med_tag('MAOI')", "med_tag('MAOI')"]
    found = wakers(QUESTIONS, map(parse, conditions))

    assert found.tags == {"QT": (0, 1), "MAOI": (1, 2)}
    assert sorted(found.medicines) == [0, 1, 2]
    assert found.always == ()


def test_a_part_that_breaks_wakes_its_check_at_every_answer() -> None:
    broken = Condition("breaks", Broken(), ("smokes",))
    question = replace(QUESTIONS["guardian"], id="smokes")

    assert set(wakers({"smokes": question}, [broken]).questions["smokes"].by_answer.values()) == {(0,)}


def test_medicines_that_cannot_be_read_leave_no_check_of_them_clear_and_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: object, **__: object) -> Cabinet:
        raise ZeroDivisionError

    monkeypatch.setattr(Cabinet, "filled", breaks)
    told = screen(PROTOCOL, BASELINE.given, on=ON, medications=[Listed("sertraline", "taking")], clinic=CLINIC)

    first = {rule.id: rule.when.reads[0] for rule in PROTOCOL.rules if rule.when.asks_medicines}
    about = {name for name, read in first.items() if read.startswith("med_") and read not in QUESTIONS}
    assert len(about) > 20
    assert about.isdisjoint(told.clear)
    assert "R272" in [each.rule.id for each in told.findings]
    assert told.outcome.strictness >= Outcome.CLINICIAN_REVIEW.strictness


def test_every_check_that_sleeps_says_no_when_it_is_asked_all_the_same() -> None:
    for answers in ({}, BASELINE.given, {**BASELINE.given, "sex_birth": "female", "seizure": "not_sure"}):
        facts = Facts(PROTOCOL, answers, ON, CLINIC, (Listed("sertraline", "taking"),))
        asleep = set(range(len(PROTOCOL.stages[0]))) - facts.awake - set(PROTOCOL.wakers.medicines)
        assert {PROTOCOL.stages[0][place][0](facts) for place in asleep} <= {False}


@pytest.mark.parametrize(
    ("medicines", "ticks"),
    [(["theophylline"], ["none"]), (["Nardil", "lithium", "Xanax", "oxycodone"], ["none"]), (["kava"], ["lai"])],
)
def test_what_sleeps_changes_no_decision(
    monkeypatch: pytest.MonkeyPatch, medicines: list[str], ticks: list[str]
) -> None:
    given = {**BASELINE.given, "med_none": "takes", "med_check": ticks}
    listed = [Listed(each, "taking") for each in medicines]
    told = screen(PROTOCOL, given, on=ON, medications=listed, clinic=CLINIC)
    assert any(each.rule.when.asks_medicines for each in told.findings)

    monkeypatch.setattr(engine, "_awake", lambda _: range(len(PROTOCOL.stages[0])))
    assert screen(PROTOCOL, given, on=ON, medications=listed, clinic=CLINIC).as_json() == told.as_json()


def test_a_show_if_says_the_same_when_it_is_asked_beforehand() -> None:
    for question in [each for each in QUESTIONS.values() if each.show_if]:
        reads = question.show_if.reads[0]  # type: ignore[union-attr]
        every = [{**BASELINE.given, reads: code} for code in QUESTIONS[reads].codes] if reads in QUESTIONS else []
        ready = shown_by(question.show_if, QUESTIONS)  # type: ignore[arg-type]
        for answers in ({}, BASELINE.given, {**BASELINE.given, "reason_main": ["pain", "depression"]}, *every):
            facts = Facts(PROTOCOL, answers, ON)
            facts.doubt = frozenset()
            assert ready(facts) is question.show_if.ask(facts)  # type: ignore[union-attr]
