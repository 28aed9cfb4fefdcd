"""Worked cases as the engine takes them: the baseline with what differs, and made-up facts turned into real answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from screening.engine import Result, decide
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed
from screening.protocol import CASE_FACTS, Case, Protocol

CASE_DAY: Final = date(2026, 11, 20)
"""The day of the specification, on which all cases are decided."""
HOME: Final = "US-CA"
ANOTHER_VERSION: Final = "started_under_another_version"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A case that did not come out as written, and how."""

    case: str
    what: str


def run(protocol: Protocol, case: Case, baseline: Case, *, on: date = CASE_DAY) -> Result:
    """Decide one worked case.

    Args:
        protocol: the protocol it belongs to.
        case: what differs.
        baseline: what it differs from.
        on: the day of the decision.
    """
    seal = "" if _given(case, baseline).get(ANOTHER_VERSION) != "yes" else f"not {protocol.seal}"
    return decide(facts_of(protocol, case, baseline, on=on), started_under=seal)


def facts_of(protocol: Protocol, case: Case, baseline: Case, *, on: date = CASE_DAY) -> Facts:
    """The facts of one worked case; arguments as for `run`."""
    given = _given(case, baseline)
    medications = tuple(_listed(medication, on) for medication in case.medications)
    return Facts(protocol, _answers(given, on), on, _clinic(given, on), medications)


def disagreements(protocol: Protocol, cases: Iterable[Case]) -> list[Disagreement]:
    """Every difference between what the cases say and what comes out.

    Args:
        protocol: the protocol to ask.
        cases: the first is the baseline.
    Returns:
        One line a difference: outcome, outcome of a service and priority where the case gives them, each rule that
        must have been triggered, and each that must have been clear.
    """
    cases = tuple(cases)
    return [Disagreement(case.id, what) for case in cases for what in differences(case, run(protocol, case, cases[0]))]


def differences(case: Case, result: Result) -> Iterator[str]:
    """Every difference between what a case says and what came out, one sentence each."""
    if result.outcome is not case.outcome:
        yield f"outcome is {result.outcome}, not {case.outcome}"
    if case.priority and result.priority != case.priority:
        yield f"priority is {result.priority}, not {case.priority}"
    for service, outcome in case.services.items():
        if (found := result.services.get(service)) is not outcome:
            yield f"{service} is {found or 'not asked about'}, not {outcome}"
    triggered = {finding.rule.id for finding in result.findings}
    yield from (f"{rule} was not triggered" for rule in sorted(set(case.rules) - triggered))
    yield from (f"{rule} is not a clear check" for rule in sorted(set(case.clear) - set(result.clear)))


def _given(case: Case, baseline: Case) -> dict[str, object]:
    given = {**baseline.answers, **case.answers}
    return {name: value for name, value in given.items() if name not in case.unanswered}


def _answers(given: Mapping[str, object], on: date) -> dict[str, object]:
    """The facts of a case as the answers that they stand for; a day that is given itself wins."""
    answers = {name: value for name, value in given.items() if name not in CASE_FACTS - {"freetext_flag"}}
    age, reading = given.get("age"), given.get("bp_age_days")
    if isinstance(age, int):
        answers.setdefault("dob", date(on.year - age, 1, 1).isoformat())
    if isinstance(reading, int):
        answers.setdefault("bp_date", (on - timedelta(days=reading)).isoformat())
    return answers


def _listed(medication: Mapping[str, object], on: date) -> Listed:
    days = medication.get("days_since_last_dose")
    last_taken = on - timedelta(days=days) if isinstance(days, int) else None
    return Listed(str(medication["text"]), str(medication["status"]), last_taken)


def _clinic(given: Mapping[str, object], on: date) -> Clinic:
    licensed = {"yes": frozenset({HOME}), "no": frozenset({"US-NY"})}.get(str(given.get("licensed_region")))
    flexible = {"yes": on, "no": on - timedelta(days=1)}.get(str(given.get("telemed_flex_active")))
    return Clinic(licensed, flexible)
