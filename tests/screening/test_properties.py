"""What holds for every intake, whatever is answered."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.answers import UnreadableAnswer
from screening.cases import facts_of
from screening.condition_nodes import Ask
from screening.conditions import Condition
from screening.engine import Result, screen
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed
from screening.protocol import PRIORITIES, Outcome, Rule
from screening.questions import Question
from tests.screening.intakes import (
    ASSESSED,
    BASELINE,
    CASES,
    CLINIC,
    ON,
    PROTOCOL,
    QUESTIONS,
    answer_to,
    clinics,
    days,
    definite_answers,
    doubts,
    given_answers,
    medicines,
)

EXAMPLES = int(os.environ.get("THRESHOLD_EXAMPLES", "60"))
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
REVIEW = Outcome.CLINICIAN_REVIEW.strictness
ANSWERED = [question for question in QUESTIONS if question.kind != "repeat"]
"""Questions that take an answer; that about the list of medicines does not."""
lists_of_medicines = st.lists(medicines, max_size=4)


def decide(answers: dict[str, Any], listed: list[Listed] | None = None, clinic: Clinic = CLINIC) -> Result:
    return screen(PROTOCOL, answers, on=ON, medications=listed or [], clinic=clinic)


def changed(answers: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The answers with another one to one question, or without any when the value is None."""
    rest = {key: each for key, each in answers.items() if key != name}
    return rest if value is None else {**rest, name: value}


def lower(result: Result, than: list[Result]) -> list[str]:
    """Where a result is less strict than each of some others: "overall", and services that all of them have."""
    found = [] if result.outcome.strictness >= min(each.outcome.strictness for each in than) else ["overall"]
    for service, outcome in result.services.items():
        others = [each.services[service].strictness for each in than if service in each.services]
        if others and outcome.strictness < min(others):
            found.append(service)
    return found


@many
@given(given_answers(), st.sampled_from(ANSWERED), clinics, lists_of_medicines, st.data())
def test_doubt_never_lowers(
    answers: dict[str, Any], question: Question, clinic: Clinic, listed: list[Listed], data: st.DataObject
) -> None:
    doubt = data.draw(st.sampled_from(doubts(question)))
    doubtful = decide(changed(answers, question.id, doubt), listed, clinic)
    others = [decide(changed(answers, question.id, each), listed, clinic) for each in definite_answers(question)]

    assert lower(doubtful, others) == []


@many
@given(given_answers(), clinics, lists_of_medicines, st.data())
def test_a_needed_answer_taken_away_is_never_bookable(
    answers: dict[str, Any], clinic: Clinic, listed: list[Listed], data: st.DataObject
) -> None:
    shown = Facts(PROTOCOL, answers, ON, clinic).shown
    needed = [name for name in shown if PROTOCOL.questions[name].required and name != "med_list"]

    result = decide(changed(answers, data.draw(st.sampled_from(needed)), None), listed, clinic)

    assert min(each.strictness for each in result.services.values()) >= REVIEW


@many
@given(given_answers(), clinics, lists_of_medicines, medicines, st.data())
def test_adding_a_medicine_never_lowers(
    answers: dict[str, Any], clinic: Clinic, listed: list[Listed], more: Listed, data: st.DataObject
) -> None:
    answers["med_none"] = data.draw(st.sampled_from(["none", "not_sure", *(["takes"] if listed else [])]))
    place = data.draw(st.integers(0, len(listed)))
    before = decide(answers, listed, clinic)
    after = decide(answers, [*listed[:place], more, *listed[place:]], clinic)

    assert lower(after, [before]) == []
    if not _names_a_ticked_line(more, answers):
        assert PRIORITIES.index(after.priority) <= PRIORITIES.index(before.priority)


def _names_a_ticked_line(medicine: Listed, answers: dict[str, Any]) -> bool:
    """Listing what a ticked line stood for says which of its medicines it was; see the next test."""
    ticked = answers.get("med_check") or []
    meant = {name for code in ticked for name in PROTOCOL.checklist.get(code, ())}
    texts = (medicine.confirmed_as or medicine.text,)
    return any(meant & set(each.ingredients) for text in texts for each in PROTOCOL.names.read(text))


def test_listing_which_medicine_a_ticked_line_was_may_only_change_the_priority() -> None:
    ticked = {**BASELINE.given, "service_interest": ["not_sure"], "med_none": "takes", "med_check": ["ayahuasca"]}
    sertraline, ibogaine = Listed("sertraline", "taking"), Listed("ibogaine", "taking")

    unsaid, said = decide(ticked, [sertraline]), decide(ticked, [sertraline, ibogaine])

    assert lower(said, [unsaid]) == []
    assert (unsaid.priority, said.priority) == ("P1", "P2")


def test_a_medicine_does_not_lower_the_priority_of_a_case_that_only_doubt_holds_back() -> None:
    home = {**BASELINE.given, "service_interest": ["ket_home"]}
    nobody_knows = Clinic(CLINIC.licensed_regions, None)

    without = decide(home, [], nobody_knows)
    taking = decide({**home, "med_none": "takes"}, [Listed("Concerta", "taking")], nobody_knows)

    assert [each.rule.id for each in without.undecided] == [each.rule.id for each in taking.undecided] == ["R039"]
    assert [each.rule.id for each in taking.findings] == ["R231"]
    assert (without.priority, taking.priority) == ("P2", "P2")


@many
@given(given_answers(), st.text(max_size=40) | st.text("zqxj ,/\n", min_size=1, max_size=12), medicines, days)
def test_a_text_that_is_no_known_medicine_is_looked_at_by_a_person(
    answers: dict[str, Any], text: str, other: Listed, day: Any
) -> None:
    typed = f"zzqx{text}"
    assert any(each.match != "exact" for each in PROTOCOL.names.read(typed))

    result = decide({**answers, "med_none": "takes"}, [other, Listed(typed, other.status, day)])

    assert "R220" in {finding.rule.id for finding in result.findings}
    assert min(each.strictness for each in result.services.values()) >= REVIEW


@many
@given(given_answers(), clinics, lists_of_medicines, st.data())
def test_hidden_questions_have_no_say(
    answers: dict[str, Any], clinic: Clinic, listed: list[Listed], data: st.DataObject
) -> None:
    shown = set(Facts(PROTOCOL, answers, ON, clinic).shown)
    hidden = [question for question in QUESTIONS if question.id not in shown]
    left_over = {question.id: data.draw(answer_to(question)) for question in hidden}
    none = {name: value for name, value in answers.items() if name in shown}

    assert decide({**none, **left_over}, listed, clinic).as_json() == decide(none, listed, clinic).as_json()


@cache
def answers_that_hide(name: str) -> list[dict[str, Any]]:
    """The answers of each worked case that hides a question."""
    asked = [facts_of(PROTOCOL, case, CASES["V000"]) for case in CASES.values()]
    return [dict(facts.given) for facts in asked if name not in facts.shown]


@many
@given(st.sampled_from([question for question in QUESTIONS if question.show_if is not None]), st.data())
def test_each_question_that_can_be_hidden_has_no_say_when_it_is(question: Question, data: st.DataObject) -> None:
    answers = data.draw(st.sampled_from(answers_that_hide(question.id)))

    with_answer = decide(changed(answers, question.id, data.draw(answer_to(question))))

    assert with_answer.as_json() == decide(changed(answers, question.id, None)).as_json()


def test_a_listed_medicine_counts_even_when_the_list_is_hidden_by_saying_there_is_none() -> None:
    result = decide({**BASELINE.given, "med_none": "none"}, [Listed("Nardil", "taking")])

    assert "R229" in {finding.rule.id for finding in result.findings}


@many
@given(given_answers(), lists_of_medicines, clinics, st.randoms(use_true_random=False))
def test_the_same_answers_give_the_same_bytes_in_whatever_order_and_shape(
    answers: dict[str, Any], listed: list[Listed], clinic: Clinic, rng: random.Random
) -> None:
    names = list(answers)
    rng.shuffle(names)
    turned = {name: _in_another_shape(answers[name]) for name in names}

    assert decide(answers, listed, clinic).as_json() == decide(turned, listed, clinic).as_json()


def _in_another_shape(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(reversed(value))
    return str(value) if isinstance(value, int) else value


@many
@given(given_answers(), lists_of_medicines, clinics)
def test_every_rule_is_accounted_for_once(answers: dict[str, Any], listed: list[Listed], clinic: Clinic) -> None:
    result = decide(answers, listed, clinic)
    told = [
        *(finding.rule.id for finding in result.findings),
        *(each.rule.id for each in result.undecided),
        *result.clear,
        *result.not_asked,
        *result.other_services,
    ]

    assert sorted(told) == sorted(rule.id for rule in PROTOCOL.rules)


@dataclass(frozen=True)
class Broken:
    """A part of a condition that breaks when it is asked."""

    reads: tuple[str, ...]

    def ready(self) -> Ask:
        def ask(known: object) -> bool:
            raise ZeroDivisionError

        return ask

    def names(self) -> Iterator[str]:
        return iter(self.reads)


@many
@given(given_answers(), lists_of_medicines, st.sampled_from([r for r in PROTOCOL.rules if r.id != "R272"]))
def test_a_rule_that_breaks_is_read_today_and_stops_no_other(
    answers: dict[str, Any], listed: list[Listed], rule: Rule
) -> None:
    broken = replace(rule, when=Condition("breaks", Broken(rule.when.reads), rule.when.reads))
    protocol = replace(PROTOCOL, rules=tuple(broken if each is rule else each for each in PROTOCOL.rules))
    whole = decide(answers, listed)

    result = screen(protocol, answers, on=ON, medications=listed, clinic=CLINIC)

    found = {finding.rule.id for finding in result.findings}
    assert "R272" in found
    assert result.outcome.strictness >= REVIEW
    assert result.priority in ("P0", "P1")
    assert {finding.rule.id for finding in whole.findings} - found <= {rule.id, "R263"}
    assert rule.id not in result.clear


@many
@given(given_answers(), lists_of_medicines, clinics)
def test_the_outcome_follows_from_what_was_found(answers: dict[str, Any], listed: list[Listed], clinic: Clinic) -> None:
    result = decide(answers, listed, clinic)
    for service, outcome in result.services.items():
        reached = [f.rule.outcome.strictness for f in result.findings if service in f.services]
        reached += [REVIEW for u in result.undecided if service in u.services and u.rule.outcome is not Outcome.INFO]
        assert outcome.strictness == max([Outcome.READY_TO_BOOK.strictness, *reached])

    closed = [outcome is Outcome.NOT_SUITABLE_NOW for outcome in result.services.values()]
    is_urgent = Outcome.URGENT in result.services.values()
    assert (result.outcome is Outcome.URGENT) is is_urgent
    assert (result.outcome is Outcome.NOT_SUITABLE_NOW) is (all(closed) and not is_urgent)
    assert result.outcome.strictness >= (REVIEW if any(closed) else 0)
    assert result.outcome.strictness >= max(o.strictness for o in result.services.values()) or any(closed)


@many
@given(given_answers(), lists_of_medicines, clinics)
def test_ready_to_book_means_nothing_undecided(answers: dict[str, Any], listed: list[Listed], clinic: Clinic) -> None:
    result = decide(answers, listed, clinic)
    undecided = [each for each in result.undecided if each.rule.outcome is not Outcome.INFO]

    assert not undecided or result.outcome.strictness >= REVIEW


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary().map(lambda b: b.decode("latin1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@many
@given(st.dictionaries(st.sampled_from(sorted(PROTOCOL.questions)) | st.text(max_size=10), junk, max_size=30))
def test_junk_is_never_bookable_and_never_raises(answers: dict[str, Any]) -> None:
    assert decide(answers).outcome.strictness >= REVIEW


@many
@given(given_answers(), junk.filter(lambda value: value not in (None, "", [])), st.data())
def test_an_answer_that_cannot_be_read_is_never_bookable(
    answers: dict[str, Any], value: object, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(Facts(PROTOCOL, answers, ON, CLINIC).shown))
    value = data.draw(st.sampled_from([value, [value], {"a": 1}, "\ud800", "9" * 400, float("nan"), -1]))
    try:
        PROTOCOL.questions[name].read(value)
    except UnreadableAnswer:
        assert decide({**answers, name: value}).outcome.strictness >= REVIEW


@many
@given(given_answers(), st.text(max_size=60), st.text(max_size=12), days)
def test_any_medicine_text_and_status_is_answered(answers: dict[str, Any], text: str, status: str, day: Any) -> None:
    result = decide({**answers, "med_none": "takes"}, [Listed(text, status, day)])

    assert all(each.reading.match in ("exact", "suggested", "unrecognised") for each in result.medications)
    assert result.medications


@many
@given(given_answers(), st.sampled_from(ASSESSED), st.sampled_from(["", "TAKING", "sometimes", "stopped "]), days)
def test_a_status_nobody_knows_counts_as_taken_now(answers: dict[str, Any], text: str, status: str, day: Any) -> None:
    answers["med_none"] = "takes"

    odd, taking = decide(answers, [Listed(text, status, day)]), decide(answers, [Listed(text, "taking", day)])

    assert odd.services == taking.services


def test_a_product_that_is_assessed_in_part_counts_with_that_part_and_is_looked_at() -> None:
    result = decide({**BASELINE.given, "med_none": "takes"}, [Listed("accuretic", "taking")])

    assert "R220" in {finding.rule.id for finding in result.findings}
    assert "hydrochlorothiazide" in {name for name, _ in result.medications[0].look_backs}


@many
@given(given_answers(), st.data())
def test_an_answer_that_steers_nothing_changes_nothing_that_is_shown(
    answers: dict[str, Any], data: st.DataObject
) -> None:
    question = data.draw(st.sampled_from([q for q in QUESTIONS if q.id not in PROTOCOL.steering]))
    changed = {**answers, question.id: data.draw(answer_to(question))}

    before, after = (Facts(PROTOCOL, told, ON, CLINIC) for told in (answers, changed))

    assert before.shown == after.shown
