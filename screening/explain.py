"""Why a rule holds or cannot be decided: the question as worded, the answer as given, the medicine as matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screening.answers import is_doubt
from screening.condition_nodes import CANNOT_TELL
from screening.derived import BEHIND
from screening.facts import OWN_RULES, Facts
from screening.protocol import Rule
from screening.reasons import Because

BEHIND_FUNCTIONS: Final[dict[str, tuple[str, ...]]] = {
    "wants": ("service_interest",),
    "med_check_positive": ("med_check",),
}
"""The question behind each function that reads one question only."""
SHORT_NAMES: Final = {
    "phq_total": "PHQ-9 total",
    "gad_total": "GAD-7 total",
    "auditc_total": "AUDIT-C total",
    "pcptsd_total": "PC-PTSD-5 total",
    "age": "Age",
    "bmi": "Body mass index",
}


def because(rule: Rule, facts: Facts) -> tuple[Because, ...]:
    """What made a rule hold.

    Args:
        rule: one that holds.
        facts: what it was asked about.
    Returns:
        The questions it reads with their answers, totals, and the medicines in force that it looked at.
    """
    questions, answers, reads = facts.protocol.questions, facts.answers, rule.when.reads
    reasons = [
        Because(name, SHORT_NAMES[name], _value_in_words(facts, name))
        for name in reads
        if name in SHORT_NAMES and facts.values[name] not in (None, CANNOT_TELL)
    ]
    for name in dict.fromkeys(questions_behind(rule, facts)):
        if name in answers:
            question = questions[name]
            reasons.append(Because(name, question.wording, question.in_words(answers[name])))
    if rule.when.asks_medicines:
        reasons.extend(_medicines(rule, facts))
    if "licensed_region" in reads:
        reasons.append(Because("licensed_region", "The clinic is licensed there", str(facts.values["licensed_region"])))
    return tuple(reasons)


def reasons_for_doubt(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """Why a rule could not be decided, one sentence a reason.

    Args:
        rule: one that could not be decided.
        facts: what it was asked about.
    """
    questions = facts.protocol.questions
    reasons = []
    for name in questions_behind(rule, facts):
        if name not in facts.answers:
            continue
        answer = facts.answers[name]
        if answer is None and facts.values[name] is not None:
            reasons.append(facts.problems.get(name, f"Not answered: {questions[name].wording}"))
        elif answer is not None and is_doubt(answer):
            reasons.append(f"{questions[name].in_words(answer)}: {questions[name].wording}")
    if "required_missing" in rule.when.reads:
        reasons.extend(f"{name}: {told}" for name, told in facts.problems.items() if name not in questions)
    if "telemed_flex_active" in rule.when.reads:
        reasons.append("The clinic has not said until when the telehealth flexibility is in force.")
    if rule.when.asks_medicines:
        reasons.extend(f"Not matched: {each.reading.typed}" for each in facts.cabinet.unmatched)
        reasons.extend(f"A tick may mean {m.ingredient}" for m in facts.cabinet.possible)
    return tuple(dict.fromkeys(reasons)) or ("Something this check needs is not known.",)


def questions_behind(rule: Rule, facts: Facts) -> Iterator[str]:
    """The questions a rule looks at, directly or through a derived value.

    Args:
        rule: any rule.
        facts: the answers it is asked about.
    """
    questions = facts.protocol.questions
    for name in rule.when.reads:
        if name in questions:
            yield name
        elif name == "freetext_flag":
            yield from (q for q in facts.protocol.free_texts if facts.answers.get(q))
        elif name == "required_missing":
            yield from (q for q in facts.lacking if q not in OWN_RULES)
        elif name.startswith("med_") and facts.cabinet.anything_possible:
            yield from ("med_none", "med_unsure", "med_check")
        else:
            yield from BEHIND.get(name, BEHIND_FUNCTIONS.get(name, ()))


def _value_in_words(facts: Facts, name: str) -> str:
    value = facts.values[name]
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _medicines(rule: Rule, facts: Facts) -> Iterator[Because]:
    cabinet = facts.cabinet
    if "med_unrecognized" in rule.when.reads:
        for each in cabinet.unmatched:
            known = f"a medicine this protocol does not assess ({', '.join(each.reading.known_as)})"
            yield Because("med_list", each.reading.typed, known if each.reading.known_as else "not recognised")
    yield from cabinet.counted()
    for name in cabinet.from_ticks:
        yield Because("med_check", facts.protocol.questions["med_check"].wording, f"ticked, counts as {name}")
