"""What the protocol suggests about a sealed record, and which of its findings stop a booking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Route

STOPS: Final = frozenset({"urgent", "not_suitable_now"})
"""Outcomes of a finding that only a second, explicit step may override. Source: ux.md C3; clinical.md section 5.1."""


def is_urgent(record: ScreeningRecord) -> bool:
    """True when the patient must be spoken with first: the outcome says so, or a safety flag was raised on the way."""
    return record.outcome == "urgent" or record.intake.safety_raised_at is not None


def suggested_route(record: ScreeningRecord) -> Route | None:
    """The route that follows from the findings, or None when the protocol leaves it to a clinician.

    Source: clinical.md section 5.1. After a review, a finding that asks for the prescriber still does; nothing else is
    suggested, because "a clinician reads" is a question and not an answer.
    """
    if is_urgent(record):
        return Route.URGENT_CONTACT_MADE
    if record.outcome == "not_suitable_now":
        return Route.NOT_SUITABLE_NOW
    if record.outcome == "ready_to_book":
        return Route.READY_TO_BOOK
    asks_prescriber = any(found["outcome"] == "prescriber_coordination" for found in record.result["findings"])
    closes = any(found["outcome"] in STOPS for found in record.result["findings"])
    return Route.PRESCRIBER_FIRST if asks_prescriber and not closes else None


def stopping_findings(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings of a result that close a service or call for help at once."""
    return [found for found in result["findings"] if found["outcome"] in STOPS]
