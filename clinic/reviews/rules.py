"""One rule of a protocol as a clinician reads it: when it holds, what it asks, what it says, where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clinic.intake import protocols
from screening.derived import BEHIND
from screening.loader import NotAProtocol
from screening.protocol import Protocol, Rule, Source


@dataclass(frozen=True, slots=True)
class RuleRead:
    """A rule with the words of its outcome, its services, the questions it reads and its sources."""

    rule: Rule
    outcome: str
    services: tuple[str, ...]
    questions: tuple[str, ...]
    sources: tuple[Source, ...]
    is_approved: bool


def rule_of(protocol: str, rule_id: str) -> RuleRead | None:
    """A rule as it stands in one version; None when there is no such version or rule.

    Args:
        protocol: the name that a record keeps.
        rule_id: such as "R004".
    """
    try:
        version = protocols.named(protocol).protocol
    except NotAProtocol:
        return None
    rule = next((each for each in version.rules if each.id == rule_id), None)
    if rule is None:
        return None
    return RuleRead(
        rule=rule,
        outcome=rule.outcome.value.replace("_", " ").capitalize(),
        services=tuple(version.services[service] for service in rule.services),
        questions=tuple(dict.fromkeys(_read_by(rule, version))),
        sources=tuple(version.sources[key] for key in rule.sources),
        is_approved=version.is_approved,
    )


def _read_by(rule: Rule, version: Protocol) -> Iterator[str]:
    """The wording of each question that it reads, directly or through a value worked out from it."""
    for name in rule.when.reads:
        yield from (version.questions[each].wording for each in BEHIND.get(name, (name,)) if each in version.questions)
    if rule.when.asks_medicines:
        yield "The list of medicines"
