"""Open follow-up tasks and urgent pages about a sealed record."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.audit.actors import system
from clinic.followups.models import FollowUp
from clinic.intake import urgency
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from tests.clinic.reviews.records import NOW


def open_task(record: ScreeningRecord, audience: str, plan: str = "F16", **fields: object) -> FollowUp:
    """A task that was due an hour ago."""
    given = {
        "plan": plan, "protocol": "2026-11", "patient": record.intake.patient, "cause": f"record:{record.pk}",
        "row_id": record.pk, "counts_from": NOW, "due_at": NOW - timedelta(hours=1), "try_at": NOW,
        "audience": audience, "channel": "task", "stop_condition": "sent", "state": "open",
    }  # fmt: skip
    return FollowUp.objects.create(**given | fields)


def urgent_page(intake: Intake, *, at: datetime = NOW) -> Message:
    """A page to the person on call about a form, as the intake queues it."""
    urgency.page_on_call(intake=intake, priority="P0", cause="test", by=system("test"), now=at)
    return Message.objects.get(key=f"urgent-page:{intake.pk}:test")
