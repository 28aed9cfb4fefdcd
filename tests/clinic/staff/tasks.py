"""Open follow-up tasks and urgent pages about a sealed record."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.audit.actors import system
from clinic.followups.models import FollowUp
from clinic.intake import urgency
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message, StoppedAddress
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


def stuck(record: ScreeningRecord) -> dict[str, object]:
    """A message, a follow-up and an address that wait for somebody, by the name of the page that changes each."""
    patient = record.intake.patient
    given = {"patient": patient, "channel": "email", "template": "decided-not-suitable", "due_at": NOW}
    failed = Message.objects.create(key=f"stuck:{record.pk}", state="failed", reason="TimeoutError", **given)
    given |= {"state": "sent", "sent_at": NOW, "arrival": "bounced", "arrival_at": NOW}
    Message.objects.create(key=f"bounced:{record.pk}", **given)
    parked = open_task(record, "clinician", plan="F13", state="failed", reason="ValueError")
    closed = StoppedAddress.objects.create(patient=patient, channel="email", because="bounced", at=NOW)
    of_message = dict.fromkeys(("message_again", "message_off"), failed.pk)
    return {**of_message, "follow_up_again": parked.pk, "open_address": closed.pk}
