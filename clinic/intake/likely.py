"""Which answers are probably a slip of the finger, and are asked about once more. Never an error, never a "no"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from screening.facts import Facts

AWAITING_THE_MEDICAL_DIRECTOR: Final = "awaiting the medical director"
"""The source of a range that the clinical specification does not give. These only ever ask "Is this right?"."""


@dataclass(frozen=True, slots=True)
class Range:
    """What most answers lie between, in the unit of the question, and who says so."""

    lowest: float
    highest: float
    source: str


RANGES: Final[Mapping[str, Range]] = {
    "bp_sys": Range(70, 260, "clinical.md 5.2, bp_ok"),
    "bp_dia": Range(40, 160, "clinical.md 5.2, bp_ok"),
    "hr_rest": Range(30, 220, AWAITING_THE_MEDICAL_DIRECTOR),
    "height_cm": Range(120, 220, AWAITING_THE_MEDICAL_DIRECTOR),
    "weight_kg": Range(30, 300, AWAITING_THE_MEDICAL_DIRECTOR),
}
"""The one place for them. A weight of 12 kg is the example of ux.md, P10; the ends are ours and wait to be checked."""
ADULT: Final = 18
"""Source: clinical.md, R030. Somebody born in 2019 may have mistyped the year."""


@dataclass(frozen=True, slots=True)
class Odd:
    """One answer that is probably a slip, and what makes it look like one."""

    question: str
    answer: Any
    reason: str


def odd(facts: Facts, questions: Iterable[str], confirmed: Mapping[str, Any]) -> list[Odd]:
    """The answers to these questions that look like a slip and were not confirmed as they stand.

    Args:
        facts: of the answers as they are saved.
        questions: which to look at; hidden ones are left out.
        confirmed: the answers that somebody said are right, by question.
    """
    given = facts.answers
    found = [each for name in questions if given.get(name) is not None for each in _reasons(facts, name)]
    return [each for each in found if confirmed.get(each.question) != each.answer]


def _reasons(facts: Facts, name: str) -> Iterator[Odd]:
    answer = facts.answers[name]
    if name in RANGES:
        number = float(str(answer))
        if number < RANGES[name].lowest:
            yield Odd(name, answer, _("This number is lower than we expect."))
        elif number > RANGES[name].highest:
            yield Odd(name, answer, _("This number is higher than we expect."))
    if name == "bp_dia" and _not_above(facts):
        yield Odd(name, answer, _("The top number is usually higher than the bottom number."))
    if name == "dob" and _is_young(date.fromisoformat(str(answer)), facts.on):
        yield Odd(name, answer, _("This would make you younger than %(age)s.") % {"age": ADULT})


def _not_above(facts: Facts) -> bool:
    """Source: clinical.md 5.2, bp_ok: systolic above diastolic."""
    top, bottom = facts.answers.get("bp_sys"), facts.answers.get("bp_dia")
    return top is not None and bottom is not None and float(str(top)) <= float(str(bottom))


def _is_young(born: date, on: date) -> bool:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < ADULT
