"""What holds for every intake, whatever is answered."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.answers import UnreadableAnswer
from screening.engine import Result, screen
from screening.facts import Facts
from screening.medicine_facts import Listed
from screening.protocol import PRIORITIES, Outcome
from tests.screening.intakes import BASELINE, CLINIC, CODED, ON, PROTOCOL, answer_to, given_answers, medicines

EXAMPLES = int(os.environ.get("THRESHOLD_EXAMPLES", "60"))
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
DOUBTS = ("not_sure", "prefer_not", "unknown")


def decide(answers: dict[str, Any], listed: list[Listed] | None = None) -> Result:
    return screen(PROTOCOL, answers, on=ON, medications=listed or [], clinic=CLINIC)


def strictness(result: Result) -> int:
    return result.outcome.strictness


@many
@given(given_answers(), st.data())
def test_a_needed_answer_taken_away_is_never_bookable(answers: dict[str, Any], data: st.DataObject) -> None:
    shown = Facts(PROTOCOL, answers, ON, CLINIC).shown
    own_rules = ("med_list", "service_interest")
    needed = [name for name in shown if PROTOCOL.questions[name].required and name not in own_rules]
    name = data.draw(st.sampled_from(needed))

    result = decide({key: value for key, value in answers.items() if key != name})

    assert result.outcome.strictness >= Outcome.CLINICIAN_REVIEW.strictness


@many
@given(given_answers(), st.sampled_from([q for q in CODED if any(o.code in DOUBTS for o in q.options)]), st.data())
def test_doubt_is_never_better_than_the_safest_answer(answers: dict[str, Any], question: Any, data: Any) -> None:
    doubt = data.draw(st.sampled_from([o.code for o in question.options if o.code in DOUBTS]))
    doubtful = decide({**answers, question.id: [doubt] if question.kind == "multi" else doubt})
    others = [o.code for o in question.options if o.code not in DOUBTS]
    safest = min(
        (decide({**answers, question.id: [code] if question.kind == "multi" else code}) for code in others),
        key=strictness,
    )

    assert strictness(doubtful) >= strictness(safest)


@many
@given(given_answers(), st.lists(medicines, min_size=1, max_size=3), medicines)
def test_adding_a_medicine_never_lowers(answers: dict[str, Any], listed: list[Listed], more: Listed) -> None:
    answers = {**answers, "med_none": "takes"}
    before, after = decide(answers, listed), decide(answers, [*listed, more])

    assert strictness(after) >= strictness(before)
    assert PRIORITIES.index(after.priority) <= PRIORITIES.index(before.priority)


@many
@given(given_answers(), st.text(min_size=3, max_size=40))
def test_a_medicine_nobody_knows_is_looked_at_by_a_person(answers: dict[str, Any], text: str) -> None:
    listed = [Listed(f"zzqx {text}", "taking")]
    if all(each.match == "exact" for each in PROTOCOL.names.read(listed[0].text)):
        return
    result = decide({**answers, "med_none": "takes"}, listed)

    assert strictness(result) >= Outcome.CLINICIAN_REVIEW.strictness


@many
@given(given_answers(), st.sampled_from(CODED), st.data())
def test_a_hidden_question_has_no_say(answers: dict[str, Any], question: Any, data: st.DataObject) -> None:
    if question.id in Facts(PROTOCOL, answers, ON, CLINIC).shown:
        return
    with_answer = decide({**answers, question.id: data.draw(answer_to(question))})
    without = decide({key: value for key, value in answers.items() if key != question.id})

    assert with_answer.as_json() == without.as_json()


@many
@given(given_answers(), st.lists(medicines, max_size=3))
def test_the_same_answers_give_the_same_bytes(answers: dict[str, Any], listed: list[Listed]) -> None:
    turned = dict(reversed(answers.items()))

    assert decide(answers, listed).as_json() == decide(turned, listed).as_json()


@many
@given(given_answers())
def test_every_rule_is_accounted_for_once(answers: dict[str, Any]) -> None:
    result = decide(answers)
    told = [
        *(finding.rule.id for finding in result.findings),
        *(each.rule.id for each in result.undecided),
        *result.clear,
        *result.not_asked,
        *result.other_services,
    ]

    assert sorted(told) == sorted(rule.id for rule in PROTOCOL.rules)


@many
@given(given_answers())
def test_ready_to_book_means_nothing_undecided(answers: dict[str, Any]) -> None:
    result = decide(answers)

    if result.outcome in (Outcome.READY_TO_BOOK, Outcome.PRESCRIBER_COORDINATION):
        assert [each.rule.id for each in result.undecided if each.rule.outcome is not Outcome.INFO] == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary().map(lambda b: b.decode("latin1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@many
@given(st.dictionaries(st.sampled_from(sorted(PROTOCOL.questions)) | st.text(max_size=10), junk, max_size=30))
def test_junk_is_never_bookable_and_never_raises(answers: dict[str, Any]) -> None:
    assert decide(answers).outcome.strictness >= Outcome.CLINICIAN_REVIEW.strictness


@many
@given(given_answers(), st.sampled_from(sorted(PROTOCOL.questions)), junk)
def test_one_junk_answer_is_never_better_than_none(answers: dict[str, Any], name: str, value: object) -> None:
    question = PROTOCOL.questions[name]
    if name not in Facts(PROTOCOL, answers, ON, CLINIC).shown:
        return
    try:
        question.read(value)
    except UnreadableAnswer:
        assert decide({**answers, name: value}).outcome is not Outcome.READY_TO_BOOK


def test_a_product_that_is_assessed_in_part_counts_with_that_part_and_is_looked_at() -> None:
    result = decide({**BASELINE.given, "med_none": "takes"}, [Listed("accuretic", "taking")])

    assert "R220" in {finding.rule.id for finding in result.findings}
    assert "hydrochlorothiazide" in {each["ingredient"] for each in result.medications[0]["look_back"]}
