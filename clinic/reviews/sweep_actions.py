"""What the clock does with reviews each minute: ends decisions, says once that something is late, fills in filters."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake.clock import due_at
from clinic.intake.models import Intake
from clinic.notifications import actions as notifications
from clinic.notifications.models import Message
from clinic.reviews import reasons
from clinic.reviews.answers import protocol_of
from clinic.reviews.medicines import how_many
from clinic.reviews.models import Decision, FirstSignature, Waiting
from clinic.reviews.writing import message_kept_back

BATCH: Final = 200
"""How many are taken in one sweep; the rest waits for the next minute."""


@transaction.atomic
def expire(*, by: Actor, now: datetime) -> int:
    """End the decisions whose last day at the clinic is over; each of their records waits again, with a new clock.

    What one of them was to tell the patient and has not left yet is kept back.

    Args:
        by: the clock.
        now: the moment.
    Returns:
        How many ended.
    """
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    over = Decision.objects.standing().filter(valid_until__lt=today).select_related("record__intake")
    found = list(over.order_by("valid_until", "pk")[:BATCH])
    list(Intake.objects.select_for_update().filter(pk__in=[each.record.intake_id for each in found]).order_by("pk"))
    ended = 0
    for decision in found:
        if not Decision.objects.standing().filter(pk=decision.pk).update(expired_at=now):
            continue
        ended += 1
        message_kept_back(decision, "its last day is over", by)
        due = due_at(priority=decision.record.priority, now=now)
        Waiting.objects.filter(record=decision.record_id).update(due_at=due)
        audit.record(
            by=by,
            action="reviews.expire",
            subject=f"decision:{decision.pk}",
            patient=decision.record.intake.patient_id,
            detail={"record": str(decision.record_id), "route": decision.route},
        )
    return ended


@transaction.atomic
def alert_late(*, by: Actor, now: datetime) -> int:
    """Tell the person on call what has become late; each record once, and all of one sweep in one message.

    A second signature that is waited for has a clock of its own, and is told once more when that one is over.

    Args:
        by: the clock.
        now: the moment.
    Returns:
        How many became late.
    """
    late = Waiting.objects.filter(alerted_at__isnull=True, due_at__lt=now).order_by("due_at", "record")
    keys = list(late.select_for_update(skip_locked=True).values_list("record_id", flat=True)[:BATCH])
    Waiting.objects.filter(record__in=keys).update(alerted_at=now)
    late_second = FirstSignature.objects.filter(state="waiting", alerted_at__isnull=True, due_at__lt=now)
    seconds = list(late_second.select_for_update(skip_locked=True).values_list("pk", "record_id")[:BATCH])
    FirstSignature.objects.filter(pk__in=[pk for pk, _ in seconds]).update(alerted_at=now)
    keys = list(dict.fromkeys([*keys, *(record for _, record in seconds)]))
    if not keys:
        return 0
    notifications.queue(
        key=f"late-review:{keys[0]}:{now:%Y%m%dT%H%M}",
        template="late-review",
        to_role="on_call",
        channel=Message.Channel.PAGER,
        about={"count": str(len(keys)), "forms": "form" if len(keys) == 1 else "forms"},
        by=by,
        now=now,
        is_urgent=True,
    )
    shown = [str(key) for key in keys]
    audit.record(by=by, action="reviews.alert_late", subject="worklist:late", detail={"records": shown})
    return len(keys)


@transaction.atomic
def look_over_new(*, by: Actor) -> int:
    """Fill in what only the sealed result says: is a medicine not matched, and why does it wait?

    Args:
        by: the clock.
    Returns:
        How many were looked at.
    """
    missing = Waiting.objects.filter(reasons__isnull=True).select_related("record__intake")
    new = list(missing.order_by("due_at")[:BATCH])
    for each in new:
        protocol = protocol_of(each.record)
        categories = {rule.id: rule.category for rule in protocol.rules} if protocol else {}
        each.unmatched = bool(how_many(each.record.result)[1])
        each.reasons = reasons.marks(each.record.result, categories)
    if new:
        Waiting.objects.bulk_update(new, ["unmatched", "reasons"])
        audit.record(by=by, action="reviews.look_over_new", subject="worklist:new", detail={"count": len(new)})
    return len(new)
