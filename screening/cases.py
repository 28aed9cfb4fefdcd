"""Worked cases as the engine takes them: the baseline with what differs, and made-up facts turned into real answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from screening.engine import Result, screen
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed
from screening.protocol import Case, Protocol

CASE_DAY: Final = date(2026, 11, 20)
"""The day of the specification, on which all cases are decided."""
HOME: Final = "US-CA"


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
    facts = facts_of(protocol, case, baseline, on=on)
    return screen(protocol, facts.given, on=on, medications=facts.medications, clinic=facts.clinic)


def facts_of(protocol: Protocol, case: Case, baseline: Case, *, on: date = CASE_DAY) -> Facts:
    """The facts of one worked case; arguments as for `run`."""
    given = {**baseline.answers, **case.answers}
    for name in case.unanswered:
        given.pop(name, None)
    medications = tuple(_listed(medication, on) for medication in case.medications)
    return Facts(protocol, _answers(given, on), on, _clinic(given, on), medications)


def disagreements(protocol: Protocol, cases: Iterable[Case]) -> list[Disagreement]:
    """Every difference between what the cases say and what comes out.

    Args:
        protocol: the protocol to ask.
        cases: the first is the baseline.
    Returns:
        One line a difference: outcome, priority where the case gives one, and each rule that must have been triggered.
    """
    cases = tuple(cases)
    found = []
    for case in cases:
        result = run(protocol, case, cases[0])
        triggered = {finding.rule.id for finding in result.findings}
        if result.outcome is not case.outcome:
            found.append(Disagreement(case.id, f"outcome is {result.outcome}, not {case.outcome}"))
        if case.priority and result.priority != case.priority:
            found.append(Disagreement(case.id, f"priority is {result.priority}, not {case.priority}"))
        for rule in sorted(set(case.rules) - triggered):
            found.append(Disagreement(case.id, f"{rule} was not triggered"))
    return found


def _answers(given: Mapping[str, object], on: date) -> dict[str, object]:
    answers = dict(given)
    age, reading = answers.pop("age", None), answers.pop("bp_age_days", None)
    for fact in ("licensed_region", "telemed_flex_active"):
        answers.pop(fact, None)
    if isinstance(age, int):
        answers["dob"] = date(on.year - age, 1, 1).isoformat()
    if isinstance(reading, int):
        answers["bp_date"] = (on - timedelta(days=reading)).isoformat()
    return answers


def _listed(medication: Mapping[str, object], on: date) -> Listed:
    days = medication.get("days_since_last_dose")
    last_taken = on - timedelta(days=days) if isinstance(days, int) else None
    return Listed(str(medication["text"]), str(medication["status"]), last_taken)


def _clinic(given: Mapping[str, object], on: date) -> Clinic:
    licensed = {"yes": frozenset({HOME}), "no": frozenset({"US-NY"})}.get(str(given.get("licensed_region")))
    flexible = {"yes": on, "no": on - timedelta(days=1)}.get(str(given.get("telemed_flex_active")))
    return Clinic(licensed, flexible)
