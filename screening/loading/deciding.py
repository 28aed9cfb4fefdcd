"""The rules/ files, and the sources that every rule, medicine and follow-up names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from screening.loading.asking import condition
from screening.loading.tables import Document, Table
from screening.loading.vocabulary import Vocabulary
from screening.protocol import PRIORITIES, SEVERITIES, FollowUpPlan, Outcome, Rule, Source
from screening.second_signature import SecondSignature

RULE_ID: Final = re.compile(r"R\d{3}")
FOLLOW_UP_ID: Final = re.compile(r"F\d{2}")
VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
OUTCOMES: Final = tuple(outcome.value for outcome in Outcome)


def rules(documents: Iterable[Document], vocabulary: Vocabulary, sources: Collection[str]) -> tuple[Rule, ...]:
    """Every rule of all rules/ files, in the order of their ids; the name of the file is their category.

    Args:
        documents: the files.
        vocabulary: what their conditions may speak about.
        sources: the keys of the known sources.
    """
    found: dict[str, Rule] = {}
    homes: dict[str, str] = {}
    for document in documents:
        category = document.name.removeprefix("rules/").removesuffix(".toml")
        for table in document.tables():
            if table.name in homes:
                table.wrong(f"This rule is already in {homes[table.name]}.")
            homes[table.name] = document.name
            if rule := _rule(table, category, vocabulary, sources):
                found[rule.id] = rule
    return tuple(found[name] for name in sorted(found))


def second_signature(top: Table, rules: Iterable[Rule]) -> SecondSignature:
    """What needs a second clinician; a protocol without the table asks for none.

    Args:
        top: the protocol.toml file.
        rules: every rule of the protocol.
    """
    if top.raw("second_signature") is None:
        return SecondSignature()
    table = top.table("second_signature")
    may_be = {rule.id for rule in rules} | set(OUTCOMES) - {Outcome.INFO}
    named = {key: table.texts(key, optional=True) for key in ("decision", "override")}
    for key, names in named.items():
        for name in names:
            if name not in may_be:
                table.wrong(f'"{name}" is neither a rule nor an outcome.', key)
    for name in set(named["decision"]) & set(named["override"]):
        table.wrong(f'"{name}" is in "decision" already, which covers overrides.', "override")
    if not any(named.values()):
        table.wrong('It needs "decision" or "override": rules or outcomes that a second clinician signs.')
    why = table.text("why")
    table.close()
    return SecondSignature(frozenset(named["decision"]), frozenset(named["override"]), why)


def _rule(table: Table, category: str, vocabulary: Vocabulary, sources: Collection[str]) -> Rule | None:
    if not RULE_ID.fullmatch(table.name):
        table.wrong("A rule is named R and three digits.")
    when = condition(table, "when")
    if when is not None:
        for fault in vocabulary.faults(when):
            table.wrong(fault, "when")
    fields = {
        "version": version(table),
        "services": _services(table, vocabulary.services),
        "priority": table.choice("priority", PRIORITIES),
        "severity": table.choice("severity", SEVERITIES),
        "for_clinician": table.text("clinician"),
        "for_patient": table.text("patient"),
        "sources": named_sources(table, sources),
    }
    outcome = table.choice("outcome", OUTCOMES)
    table.close()
    if when is None or not outcome:
        return None
    return Rule(id=table.name, category=category, when=when, outcome=Outcome(outcome), **fields)  # type: ignore[arg-type]


def version(table: Table) -> str:
    """A version of three numbers."""
    value = table.text("version")
    if value and not VERSION.fullmatch(value):
        table.wrong('"version" must be three numbers such as 1.0.0.', "version")
    return value


def _services(table: Table, services: Collection[str]) -> tuple[str, ...]:
    if table.data.get("services") == "all":
        table.raw("services")
        return tuple(services)
    named = table.texts("services")
    for name in named:
        if name not in services:
            table.wrong(f'"{name}" is not a service.', "services")
    return named


def named_sources(table: Table, sources: Collection[str]) -> tuple[str, ...]:
    """The list of sources of a table, at least one, each of them known.

    Args:
        table: the table with a key "sources".
        sources: the keys of the known sources.
    """
    named = table.texts("sources")
    for name in named:
        if name not in sources:
            table.wrong(f'There is no source "{name}".', "sources")
    return named


def sources(document: Document) -> dict[str, Source]:
    """Every source of sources.toml, by its key.

    Args:
        document: the file.
    """
    found = {}
    for table in document.tables():
        found[table.name] = Source(
            key=table.name,
            citation=table.text("citation"),
            year=table.text("year"),
            url_or_doi=table.text("url_or_doi"),
            verified=table.flag("verified"),
            note=table.text("note", optional=True),
        )
        table.close()
    return found


def follow_ups(document: Document, sources: Collection[str]) -> tuple[FollowUpPlan, ...]:
    """Every follow-up of followups.toml, in the order of their ids.

    Args:
        document: the file.
        sources: the keys of the known sources.
    """
    found = []
    for table in document.tables():
        if not FOLLOW_UP_ID.fullmatch(table.name):
            table.wrong("A follow-up is named F and two digits.")
        texts = ("trigger", "offset", "audience", "channel", "content", "stop_condition", "source")
        fields = {key: table.text(key) for key in texts}
        if fields["source"] and fields["source"] not in sources:
            table.wrong(f'There is no source "{fields["source"]}".', "source")
        found.append(FollowUpPlan(id=table.name, quiet_hours=table.flag("quiet_hours"), **fields))
        table.close()
    return tuple(sorted(found, key=lambda plan: plan.id))
