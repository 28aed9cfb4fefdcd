"""Finding one medicine of an intake, on the list or taken off it."""

from __future__ import annotations

from typing import Final

from clinic.intake.models import Intake

QUESTION: Final = "med_list"
"""The name under which the history of an intake keeps lines that were taken off the list."""


def listed(intake: Intake, medicine_id: str) -> dict[str, str] | None:
    """The line with this id, or None when it is not on the list."""
    return next((dict(each) for each in intake.medicines if each["id"] == medicine_id), None)


def removed(intake: Intake, medicine_id: str) -> dict[str, str] | None:
    """The line with this id as it was when it was taken off the list; None when it never was, or is on it again."""
    if listed(intake, medicine_id):
        return None
    lines = (line for _, question, line in reversed(intake.history) if question == QUESTION)
    return next((dict(line) for line in lines if line["id"] == medicine_id), None)
