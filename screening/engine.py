"""The decision: asks every rule, keeps every answer and why, and never lets doubt come out as clear."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from screening.explain import because, questions_behind, reasons_for_doubt
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed, Taken
from screening.protocol import PRIORITIES, Outcome, Protocol, Rule
from screening.reasons import Because

_Said = TypeVar("_Said")
INFO, READY, REVIEW = Outcome.INFO, Outcome.READY_TO_BOOK, Outcome.CLINICIAN_REVIEW
COORDINATED, NOT_NOW, URGENT = Outcome.PRESCRIBER_COORDINATION, Outcome.NOT_SUITABLE_NOW, Outcome.URGENT
"""Once, as looking up a member of an enumeration takes longer than asking a rule."""
COORDINATION: Final = "needs_coordination"
ENGINE_ERROR: Final = "engine_error"
UNDECIDED_PRIORITY: Final = "P2"
"""The priority of a case that only undecided rules hold back; see docs/adr/0003."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds for a service this person asks about, and everything needed to say why."""

    rule: Rule
    services: tuple[str, ...]
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule that could not be decided, and why. It keeps its services from coming out as clear."""

    rule: Rule
    services: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one protocol says about one set of answers on one day. Frozen, with a hash over everything in it."""

    protocol: str
    version: str
    seal: str
    on: date
    outcome: Outcome
    priority: str
    services: Mapping[str, Outcome]
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    clear: tuple[str, ...]
    not_asked: tuple[str, ...]
    other_services: tuple[str, ...]
    problems: Mapping[str, str]
    medications: tuple[Taken, ...]

    def as_json(self) -> dict[str, object]:
        """The whole result as plain values, with its hash; the same result always gives the same bytes."""
        body: dict[str, object] = {
            "protocol": self.protocol,
            "version": self.version,
            "seal": self.seal,
            "on": self.on.isoformat(),
            "outcome": self.outcome.value,
            "priority": self.priority,
            "services": {service: outcome.value for service, outcome in self.services.items()},
            "findings": [_finding_json(finding) for finding in self.findings],
            "undecided": [
                {"rule": each.rule.id, "services": list(each.services), "reasons": list(each.reasons)}
                for each in self.undecided
            ],
            "clear": list(self.clear),
            "not_asked": list(self.not_asked),
            "other_services": list(self.other_services),
            "problems": dict(self.problems),
            "medications": [medication.as_json() for medication in self.medications],
        }
        body["hash"] = hashlib.sha256(canonical(body)).hexdigest()
        return body

    @property
    def hash(self) -> str:
        """The sha256 of everything in the result, as hexadecimal text."""
        return str(self.as_json()["hash"])


def canonical(value: object) -> bytes:
    """A plain value as the one sequence of bytes that is hashed: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def screen(
    protocol: Protocol,
    answers: Mapping[str, object],
    *,
    on: date,
    medications: Sequence[Listed] = (),
    clinic: Clinic | None = None,
    started_under: str = "",
) -> Result:
    """Ask every rule of a protocol about one person's answers.

    Args:
        protocol: the sealed protocol to ask.
        answers: what was answered, keyed by question id; a missing key is an unanswered question.
        on: the day of the decision; ages and look-back are counted to it.
        medications: what the person listed.
        clinic: where the clinic is licensed and how long the telehealth flexibility lasts; unknown when left out.
        started_under: the seal the intake was started under; another one is an engine error and goes to a person.
    Returns:
        The result. It never raises for odd answers: those are problems, and a person looks.
    Source:
        clinical.md section 5.1, outcomes and precedence.
    """
    return decide(Facts(protocol, answers, on, clinic or Clinic(), medications), started_under=started_under)


def decide(facts: Facts, *, started_under: str = "") -> Result:
    """Ask every rule about facts that were worked out already; a second call would count what the first one found.

    Args:
        facts: fresh facts about one person's answers.
        started_under: as for `screen`.
    """
    protocol, on = facts.protocol, facts.on
    wanted = facts.services()
    asked = _Asked(facts, wanted)
    asked.ask(0)
    taken = asked.taken()
    facts.values[COORDINATION] = any([f.rule.outcome is COORDINATED for f in asked.findings])
    asked.ask(1)
    facts.values[ENGINE_ERROR] = asked.failed or bool(started_under and started_under != protocol.seal)
    asked.ask(2)
    services = asked.by_service()
    return Result(
        protocol=protocol.name,
        version=protocol.version,
        seal=protocol.seal,
        on=on,
        outcome=_overall(services),
        priority=asked.priority(),
        services=services,
        findings=tuple(sorted(asked.findings, key=_weight)),
        undecided=tuple(asked.undecided),
        clear=asked.clear(),
        not_asked=tuple(asked.not_asked),
        other_services=tuple(asked.other_services),
        problems=dict(facts.problems),
        medications=taken,
    )


def urgent_now(facts: Facts, *, saved: frozenset[str]) -> tuple[Finding, ...]:
    """The urgent rules that hold while an intake is still being filled in.

    Args:
        facts: what was answered so far.
        saved: the questions on pages that were saved; a rule about one that was not asked yet does not hold yet.
    Returns:
        The urgent findings, the most urgent first. A rule that breaks is one of them: doubt is never silence.
    Source:
        clinical.md section 2 (urgent rules run on each save) and section 3, "Item 9 handling".
    """
    held = (_holding(rule, facts, saved) for rule in facts.protocol.urgent)
    return tuple(sorted(filter(None, held), key=_weight))


def _holding(rule: Rule, facts: Facts, saved: frozenset[str]) -> Finding | None:
    try:
        if not _holds(rule, facts) or any(q in facts.answers and q not in saved for q in questions_behind(rule, facts)):
            return None
        return Finding(rule, rule.services, because(rule, facts))
    except Exception:  # noqa: BLE001 - doubt is never silence
        return Finding(rule, rule.services, ())


def _holds(rule: Rule, facts: Facts) -> bool:
    try:
        return rule.when.ask(facts) is True
    except Exception:  # noqa: BLE001 - a safety rule that breaks is told to a person
        return True


class _Asked:
    """The rules asked so far, sorted by what came of each."""

    def __init__(self, facts: Facts, wanted: tuple[str, ...]) -> None:
        self.facts, self.wanted = facts, frozenset(wanted)
        self.order = wanted
        self.findings: list[Finding] = []
        self.undecided: list[Undecided] = []
        self.not_asked: list[str] = []
        self.other_services: list[str] = []
        self.failed = False

    def ask(self, stage: int) -> None:
        """Ask each rule of a stage that is awake; one that breaks is undecided, and never stops the others.

        A check that comes out as no is only clear when something it reads has a value: a check of nothing is not clear.
        One that sleeps is clear: see `waking`.
        """
        facts, checks = self.facts, self.facts.protocol.stages[stage]
        for ask, names, name, rule in checks if stage else [checks[place] for place in sorted(_awake(facts))]:
            try:
                told = ask(facts)
            except Exception as error:  # noqa: BLE001 - whatever breaks inside a rule, a person looks at the case
                self.failed = True
                self._keep_undecided(rule, (f"This check could not be run ({type(error).__name__}).",))
                continue
            if told is not False:
                self._keep(rule, told)
            elif names is not None and facts.blank.issuperset(names):
                self.not_asked.append(name)

    def taken(self) -> tuple[Taken, ...]:
        """The medicines as they were read; when reading breaks none, and a person looks at the case."""
        try:
            return self.facts.cabinet.taken
        except Exception:  # noqa: BLE001 - the decision stands without them, and is not clear
            self.failed = True
            return ()

    def clear(self) -> tuple[str, ...]:
        """The checks that came out as no, in the order in which they are asked."""
        clear = self.facts.protocol.checks.copy()
        told = [found.rule.id for found in self.findings] + [doubt.rule.id for doubt in self.undecided]
        for name in (*told, *self.not_asked, *self.other_services):
            del clear[name]
        return tuple(clear)

    def _keep(self, rule: Rule, told: bool | None) -> None:
        services = self._services(rule)
        if told is None:
            self._keep_undecided(rule, self._said(reasons_for_doubt, rule))
        elif services:
            self.findings.append(Finding(rule, services, self._said(because, rule)))
        else:
            self.other_services.append(rule.id)

    def _said(self, explain: Callable[[Rule, Facts], tuple[_Said, ...]], rule: Rule) -> tuple[_Said, ...]:
        """Why a rule came out as it did; when that breaks, what came out stands, and a person looks at the case."""
        try:
            return explain(rule, self.facts)
        except Exception:  # noqa: BLE001 - an explanation that breaks must not lose what it explains
            self.failed = True
            return ()

    def _keep_undecided(self, rule: Rule, reasons: tuple[str, ...]) -> None:
        if services := self._services(rule):
            self.undecided.append(Undecided(rule, services, reasons))
        else:
            self.not_asked.append(rule.id)

    def _services(self, rule: Rule) -> tuple[str, ...]:
        return tuple([service for service in rule.services if service in self.wanted])

    def by_service(self) -> dict[str, Outcome]:
        """Per service the strictest outcome; an undecided rule raises its services to at least clinician review."""
        services = dict.fromkeys(self.order, READY)
        reached = [(f.services, f.rule.outcome) for f in self.findings]
        reached += [(u.services, REVIEW) for u in self.undecided if u.rule.outcome is not INFO]
        for names, outcome in reached:
            for name in names:
                if outcome.strictness > services[name].strictness:
                    services[name] = outcome
        return services

    def priority(self) -> str:
        """The most urgent priority of the findings that are not for information only; P4 when there is none.

        Where undecided rules alone hold the case back, it is P2 at least.
        """
        found = [f.rule for f in self.findings if f.rule.outcome is not INFO]
        priorities = [rule.priority for rule in found]
        strictest = max([rule.outcome.strictness for rule in found], default=0)
        if strictest < REVIEW.strictness:
            priorities += [UNDECIDED_PRIORITY for u in self.undecided if u.rule.outcome is not INFO]
        return min(priorities, key=PRIORITIES.index, default=PRIORITIES[-1])


def _awake(facts: Facts) -> set[int]:
    """The places of the checks that an answer or a medicine woke; medicines that cannot be read wake all they could."""
    wakers = facts.protocol.wakers
    try:
        cabinet = facts.cabinet
    except Exception:  # noqa: BLE001 - each of these checks then breaks by itself, and says so
        return facts.awake.union(wakers.medicines)
    if cabinet.anything_possible:
        return facts.awake.union(wakers.medicines)
    tags = wakers.tags.keys() & (cabinet.tags | cabinet.possible_tags)
    return facts.awake.union(*[wakers.tags[tag] for tag in tags])


def _overall(services: Mapping[str, Outcome]) -> Outcome:
    """The outcome of the whole case from those of the services asked about. Source: clinical.md section 5.1, 3."""
    outcomes = set(services.values())
    if URGENT in outcomes:
        return URGENT
    if outcomes == {NOT_NOW}:
        return NOT_NOW
    if NOT_NOW in outcomes:
        return REVIEW
    return max(outcomes, key=lambda each: each.strictness)


def _weight(finding: Finding) -> tuple[int, int, str]:
    return (-finding.rule.outcome.strictness, PRIORITIES.index(finding.rule.priority), finding.rule.id)


def _finding_json(finding: Finding) -> dict[str, object]:
    rule = finding.rule
    return {
        "rule": rule.id,
        "version": rule.version,
        "category": rule.category,
        "outcome": rule.outcome.value,
        "priority": rule.priority,
        "severity": rule.severity,
        "services": list(finding.services),
        "because": [each.as_json() for each in finding.because],
        "for_clinician": rule.for_clinician,
        "for_patient": rule.for_patient,
        "sources": list(rule.sources),
    }
