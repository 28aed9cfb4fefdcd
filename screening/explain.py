"""Why a rule holds or cannot be decided: the question as worded, the answer as given, the medicine as matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screening.answers import is_doubt, plain_text
from screening.condition_nodes import CANNOT_TELL
from screening.derived import BEHIND
from screening.facts import OWN_RULES, Facts
from screening.medications import Reading
from screening.protocol import Rule
from screening.reasons import Because
from screening.safety_words import FLAG, answers_with_words, beside_the_answers

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

LONGEST_SHOWN: Final = 300
"""Characters of an answer that could not be read."""
UNTOLD: Final = {
    "age": "The date of birth gives no age.",
    "bmi": "Height and weight give no body mass index.",
    "bp_ok": "No blood pressure of the last 30 days is known.",
}
"""Why a value that is worked out is not known, beside the answers that are missing."""


def because(rule: Rule, facts: Facts) -> tuple[Because, ...]:
    """What made a rule hold.

    Args:
        rule: one that holds.
        facts: what it was asked about.
    Returns:
        The questions it reads with their answers, totals, and the medicines that it asks about.
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
            said = _as_written(name, facts) if name in facts.problems else question.in_words(answers[name])
            reasons.append(Because(name, question.wording, said))
    if rule.when.asks_medicines:
        reasons.extend(_medicines(rule, facts))
    if FLAG in reads:
        reasons.extend(beside_the_answers(facts))
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
            reasons.append(
                _unread(name, facts) if name in facts.problems else f"Not answered: {questions[name].wording}"
            )
        elif answer is not None and is_doubt(answer):
            reasons.append(f"{questions[name].in_words(answer)}: {questions[name].wording}")
    if "required_missing" in rule.when.reads:
        reasons.extend(_unread(name, facts) for name in facts.problems)
    if "telemed_flex_active" in rule.when.reads:
        reasons.append("The clinic has not said until when the telehealth flexibility is in force.")
    if "licensed_region" in rule.when.reads and facts.clinic.licensed_regions is None:
        reasons.append("The clinic has not said where it is licensed.")
    if rule.when.asks_medicines:
        reasons.extend(_why_medicines_are_open(facts))
    if not reasons:
        reasons = [UNTOLD[name] for name in rule.when.reads if name in UNTOLD and facts.values[name] is CANNOT_TELL]
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
        elif name == FLAG:
            yield from answers_with_words(facts)
        elif name == "required_missing":
            yield from (q for q in facts.lacking if q not in OWN_RULES)
        elif name.startswith("med_") and facts.cabinet.anything_possible:
            yield from ("med_none", "med_unsure", "med_check")
        else:
            yield from BEHIND.get(name, BEHIND_FUNCTIONS.get(name, ()))


def _as_written(name: str, facts: Facts) -> str:
    """The beginning of an answer that could not be read."""
    return plain_text(str(facts.given[name])[:LONGEST_SHOWN])


def _unread(name: str, facts: Facts) -> str:
    """Why an answer could not be read, with the question, or with the name that no question has."""
    told, questions = facts.problems[name], facts.protocol.questions
    return f"{told.rstrip('.')}: {questions[name].wording}" if name in questions else f"{name}: {told}"


def _value_in_words(facts: Facts, name: str) -> str:
    value = facts.values[name]
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _medicines(rule: Rule, facts: Facts) -> Iterator[Because]:
    cabinet = facts.cabinet
    if "med_unrecognized" in rule.when.reads:
        for each in cabinet.unmatched:
            yield Because("med_list", each.reading.typed, _unmatched_in_words(each.reading))
    asked, known = rule.when.medicine_marks, facts.protocol.medications
    yield from [told for marks, told in cabinet.counted() if not asked.isdisjoint(marks)]
    for name in cabinet.from_ticks:
        if "med_check_positive" in rule.when.reads or not asked.isdisjoint(known[name].marks):
            yield Because("med_check", facts.protocol.questions["med_check"].wording, f"ticked, counts as {name}")


def _why_medicines_are_open(facts: Facts) -> Iterator[str]:
    """Why a medicine that is not known could be there, beside the answers that are missing or in doubt."""
    if facts.answers.get("med_none") == "takes" and not facts.medications:
        yield "Takes medicines, and the list is empty."
    if facts.answers.get("med_unsure") == "yes":
        unsure = facts.protocol.questions["med_unsure"]
        yield f"{unsure.label('yes')}: {unsure.wording}"
    yield from (f"Not matched: {each.reading.typed}" for each in facts.cabinet.unmatched)
    yield from (f"A tick may mean {m.ingredient}" for m in facts.cabinet.possible)


def _unmatched_in_words(reading: Reading) -> str:
    if reading.known_as:
        return f"a medicine this protocol does not assess ({', '.join(reading.known_as)})"
    if reading.suggestions:
        return f"not recognised; near: {', '.join(each.name for each in reading.suggestions)}"
    return "not recognised"
