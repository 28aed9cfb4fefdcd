"""Answers that do not go together and that no rule of the protocol looks at: each is a flag. No threshold is made up.

What the protocol looks for itself (a blood-pressure medicine without high blood pressure, and more) are findings of its
category "contradiction". Here are the two that it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from clinic.reviews.flags import Flag, Quote
from screening.facts import Facts

NO_RULE: Final = "No rule of the protocol looks for this."
PRESSURE: Final = ("bp_sys", "bp_dia")
READ_FROM_PRESSURE: Final = frozenset({"bp_s", "bp_d", "bp_ok", "bp_elev_age", "bp_sys", "bp_dia"})


def contradictions(facts: Facts, history: Sequence[Sequence[Any]]) -> list[Flag]:
    """Flags for answers that contradict each other.

    Args:
        facts: the answers as they are now.
        history: what was answered before, oldest first: moment, question, old value.
    """
    return [*_thoughts(facts), *_readings(facts, history)]


def _thoughts(facts: Facts) -> Iterator[Flag]:
    """PHQ-9 item 9 above 0, and no thoughts of ending one's life; the other way round is rule R250."""
    if facts.answers.get("phq9") in ("1", "2", "3") and facts.answers.get("si_month") == "no":
        quotes = [_quote(facts, "phq9"), _quote(facts, "si_month")]
        yield Flag("review", "Two answers about thoughts of death or self-harm disagree", NO_RULE, [], quotes)


def _readings(facts: Facts, history: Sequence[Sequence[Any]]) -> Iterator[Flag]:
    """Two blood pressures that differ: to look at when rules of the protocol hold for one and not for the other."""
    readings = _pressures(facts, history)
    if len(readings) < 2:
        return
    said = [Quote(f"{systolic} over {diastolic}", _when(at)) for at, (systolic, diastolic) in readings]
    came_out = {tuple(sorted(_rules(facts, reading))) for _, reading in readings}
    if len(came_out) > 1:
        between = sorted(set().union(*came_out) - set.intersection(*map(set, came_out)))
        yield Flag(
            "review",
            "Blood pressures were told that the protocol treats differently",
            "How far apart is too far, the protocol does not say.",
            between,
            said,
        )
    else:
        yield Flag("note", "More than one blood pressure was told", "The protocol treats them alike.", [], said)


def _pressures(facts: Facts, history: Sequence[Sequence[Any]]) -> list[tuple[str, tuple[str, str]]]:
    """Every blood pressure that was told whole, the newest first, each once."""
    values: dict[str, Any] = {name: facts.given.get(name) for name in PRESSURE}
    found: list[tuple[str, dict[str, Any]]] = [("", dict(values))]
    for at, question, old in reversed(history):
        if question in PRESSURE:
            values[question] = old
            if found[-1][0] == at:
                found[-1][1].update(values)
            else:
                found.append((at, dict(values)))
    told: dict[tuple[str, str], str] = {}
    for at, each in found:
        if all(each[name] not in (None, "") for name in PRESSURE):
            told.setdefault((str(each["bp_sys"]), str(each["bp_dia"])), at)
    return [(at, reading) for reading, at in told.items()]


def _rules(facts: Facts, reading: tuple[str, str]) -> set[str]:
    """The rules that look at a blood pressure and hold for this one."""
    given: Mapping[str, object] = {**facts.given, **dict(zip(PRESSURE, reading, strict=True))}
    other = Facts(facts.protocol, given, facts.on, facts.clinic)
    looking = [rule for rule in facts.protocol.rules if READ_FROM_PRESSURE & set(rule.when.reads)]
    return {rule.id for rule in looking if rule.when.ask(other) is True}


def _quote(facts: Facts, name: str) -> Quote:
    question = facts.protocol.questions[name]
    return Quote(question.in_words(facts.answers[name]), question.wording)


def _when(at: str) -> str:
    moment = datetime.fromisoformat(at) if at else None
    return f"before {moment:%b} {moment.day}" if moment else "now"
