"""Cases as lines of JSON: read strictly, each mistake told in one sentence, and never more than one line harmed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from screening.answers import UnreadableAnswer, day
from screening.facts import Clinic
from screening.medicine_facts import STATUSES, Listed

LONGEST_LINE: Final = 10_000_000
MOST_MEDICINES: Final = 200


class BadLine(ValueError):
    """A line that is no case; the text says why in one sentence."""

    def __init__(self, why: str, case_id: object = None) -> None:
        super().__init__(why)
        self.case_id = case_id if isinstance(case_id, str | int | float) else None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the command line."""

    id: object
    on: date
    answers: Mapping[str, object]
    medications: tuple[Listed, ...]
    clinic: Clinic


def read_object(line: str) -> dict[str, object]:
    """The JSON object of a line.

    Raises:
        BadLine: it is too long, no JSON, or no object.
    """
    if len(line) > LONGEST_LINE:
        raise BadLine(f"The line is longer than {LONGEST_LINE:,} characters.")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine("The line is not JSON.") from None
    if not isinstance(value, dict):
        raise BadLine("The line is JSON, but not an object.")
    return value


def read_case(line: str) -> CaseLine:
    """A case from a line such as `{"id": "V005", "on": "2026-11-20", "answers": {...}, "medications": [...]}`.

    Args:
        line: one line of text.
    Raises:
        BadLine: it is no such case.
    """
    value = read_object(line)
    case_id = value.get("id")
    try:
        answers = value.get("answers")
        if not isinstance(answers, dict):
            raise BadLine('"answers" must be an object.')
        return CaseLine(
            id=case_id,
            on=_day(value.get("on"), "on"),
            answers=answers,
            medications=_medications(value.get("medications", [])),
            clinic=_clinic(value.get("clinic", {})),
        )
    except BadLine as bad:
        raise BadLine(str(bad), case_id) from None


def _day(value: object, name: str) -> date:
    try:
        return day(value)
    except UnreadableAnswer:
        raise BadLine(f'"{name}" must be a date like 2026-11-20.') from None


def _medications(value: object) -> tuple[Listed, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadLine('"medications" must be a list of objects.')
    listed = tuple(_medication(each) for each in value[:MOST_MEDICINES])
    rest = len(value) - len(listed)
    return (*listed, Listed(f"{rest} more medicines")) if rest else listed


def _medication(value: dict[str, object]) -> Listed:
    text, status, taken = value.get("text"), value.get("status", "unsure"), value.get("last_taken")
    if not isinstance(text, str) or not text.strip():
        raise BadLine('Each medication needs a "text".')
    if status not in STATUSES:
        raise BadLine(f'The "status" of a medication must be one of {", ".join(STATUSES)}.')
    return Listed(text, str(status), None if taken in (None, "") else _day(taken, "last_taken"))


def _clinic(value: object) -> Clinic:
    if not isinstance(value, dict):
        raise BadLine('"clinic" must be an object.')
    regions, until = value.get("licensed_regions"), value.get("telehealth_flexibility_until")
    if regions is not None and not (isinstance(regions, list) and all(isinstance(each, str) for each in regions)):
        raise BadLine('"licensed_regions" must be a list of codes like US-CA.')
    return Clinic(
        None if regions is None else frozenset(regions),
        None if until is None else _day(until, "telehealth_flexibility_until"),
    )
