"""Open follow-up tasks about a sealed record."""

from __future__ import annotations

from datetime import timedelta

from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from tests.clinic.reviews.records import NOW


def open_task(record: ScreeningRecord, audience: str, plan: str = "F16", **fields: object) -> FollowUp:
    """A task that was due an hour ago."""
    given = {
        "plan": plan, "protocol": "2026-11", "patient": record.intake.patient, "cause": f"record:{record.pk}",
        "row_id": record.pk, "counts_from": NOW, "due_at": NOW - timedelta(hours=1), "try_at": NOW,
        "audience": audience, "channel": "task", "stop_condition": "sent", "state": "open",
    }  # fmt: skip
    return FollowUp.objects.create(**given | fields)
