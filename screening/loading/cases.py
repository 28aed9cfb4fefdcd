"""The cases/ files: worked cases, each listing what differs from the baseline and what must come out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from screening.answers import UnreadableAnswer
from screening.loading.deciding import OUTCOMES
from screening.loading.tables import Document, Table
from screening.medicine_facts import STATUSES
from screening.protocol import CASE_FACTS, PRIORITIES, Case, Outcome, Protocol
from screening.questions import KINDS

CASE_ID: Final = re.compile(r"V\d{3}")
BASELINE: Final = "V000"


def cases(documents: Iterable[Document], protocol: Protocol) -> tuple[Case, ...]:
    """Every case of all cases/ files, in the order of their ids; the first is the baseline.

    Args:
        documents: the files.
        protocol: the protocol they belong to; it says which answers and rules there are.
    """
    rules = frozenset(rule.id for rule in protocol.rules)
    found: dict[str, Case] = {}
    homes: dict[str, str] = {}
    for document in documents:
        for table in document.tables():
            if table.name in homes:
                table.wrong(f"This case is already in {homes[table.name]}.")
            homes[table.name] = document.name
            if case := _case(table, protocol, rules):
                found[case.id] = case
        if document.name == "cases/baseline.toml" and set(document.data) != {BASELINE}:
            document.wrong((), f"This file holds the case {BASELINE} and no other.")
    if homes and BASELINE not in homes:
        document.wrong((), f"There is no case {BASELINE}, the baseline that all others differ from.")
    return tuple(found[name] for name in sorted(found))


def _case(table: Table, protocol: Protocol, rules: frozenset[str]) -> Case | None:
    if not CASE_ID.fullmatch(table.name):
        table.wrong("A case is named V and three digits.")
    answers = _given(table.table("given", optional=True), protocol)
    medications = tuple(_medication(each) for each in table.tables("medications"))
    outcome = table.choice("outcome", OUTCOMES)
    case = {
        "description": table.text("description"),
        "priority": table.choice("priority", PRIORITIES) if "priority" in table.data else "",
        "rules": _named(table, "rules", rules, "rule"),
        "clear": _named(table, "clear", rules, "rule", optional=True),
        "services": _outcomes(table.table("services", optional=True), protocol.services),
        "rationale": table.text("rationale"),
        "source": table.text("source"),
        "unanswered": _named(table, "unanswered", {*protocol.questions, *CASE_FACTS}, "question", optional=True),
    }
    if case["source"] and case["source"] not in protocol.sources:
        table.wrong(f'There is no source "{case["source"]}".', "source")
    table.close()
    if not outcome:
        return None
    return Case(id=table.name, answers=answers, medications=medications, outcome=Outcome(outcome), **case)  # type: ignore[arg-type]


def _named(table: Table, key: str, known: Iterable[str], what: str, *, optional: bool = False) -> tuple[str, ...]:
    names = table.texts(key, optional=optional, empty=not optional)
    for name in set(names) - set(known):
        table.wrong(f'There is no {what} "{name}".', key)
    return names


def _outcomes(table: Table, services: Collection[str]) -> Mapping[str, Outcome]:
    for name in table.data.keys() - services:
        table.wrong(f'"{name}" is not a service.', name)
    chosen = {name: table.choice(name, OUTCOMES) for name in table.data}
    return {name: Outcome(outcome) for name, outcome in chosen.items() if outcome}


def _given(table: Table, protocol: Protocol) -> Mapping[str, object]:
    given: dict[str, object] = {}
    for name in table.data:
        given[name] = table.raw(name)
        if name in CASE_FACTS:
            continue
        if name not in protocol.questions:
            table.wrong(f'There is no question "{name}".', name)
            continue
        if protocol.questions[name].kind not in KINDS:
            continue  # which is told where the question is
        try:
            protocol.questions[name].read(given[name])
        except UnreadableAnswer as problem:
            table.wrong(f'The answer to "{name}" {problem}.', name)
    return given


def _medication(table: Table) -> Mapping[str, object]:
    medication: dict[str, object] = {"text": table.text("text"), "status": table.choice("status", STATUSES)}
    if "days_since_last_dose" in table.data:
        medication["days_since_last_dose"] = table.whole("days_since_last_dose", 0, 36_500)
    table.close()
    return medication
