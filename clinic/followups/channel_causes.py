"""What follows from what providers told us: an address that is closed, and a text that somebody wrote back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from clinic.booking.answered import wanting_another_time
from clinic.followups.cause_rows import appointment_version, causes_of, zone_of
from clinic.followups.models import FollowUp
from clinic.intake import safety_words
from clinic.notifications.models import StoppedAddress, TextReply
from clinic.vault.fields import CannotOpen
from screening.protocol import FollowUpPlan

Because = StoppedAddress.Because
LOOKS_BACK: Final = timedelta(days=30)
"""How far back is looked: longer than the sweep of each minute can ever be away."""
SCANS_BACK: Final = timedelta(days=7)
"""How far back texts are opened for safety words; the rows of older ones were made long ago."""


def closed(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Addresses that take no messages, and those whose owner complained; a word of theirs needs nobody's call."""
    rows = StoppedAddress.objects.filter(because__in=(Because.BOUNCED, Because.COMPLAINED), lifted_at__isnull=True)
    return _as_causes(rows.filter(at__gte=now - LOOKS_BACK), "address", "P3")


def to_read(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Texts that a person has to read, today: what they mean is not guessed here."""
    return _as_causes(TextReply.objects.filter(needs_reading=True, at__gte=now - LOOKS_BACK), "text", "P1")


def with_safety_words(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Texts with safety words, which page the person on call; a hit only ever adds to what `to_read` does.

    Source: clinical.md section 6: a reply to any message that holds safety words goes to a human (R021).
    """
    lately = TextReply.objects.filter(needs_reading=True, at__gte=now - SCANS_BACK)
    found = [each.pk for each in lately if _may_hold_safety_words(each)]
    return _as_causes(TextReply.objects.filter(pk__in=found), "text", "P1")


def _may_hold_safety_words(reply: TextReply) -> bool:
    """True also for a text that cannot be opened: it must not hide the others, and nobody knows what is in it."""
    try:
        return safety_words.hold(reply.text)
    except CannotOpen:
        return True


def another_time(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Visits whose patients answered the reminder with a 2: one task, however often they say it while it is open.

    Said again after the desk closed the task, or after a 1, it is a new cause. A reminder is three days ahead at most,
    so that somebody calls today.
    """
    tasks = FollowUp.objects.filter(plan=plan.id, row_id=OuterRef("pk")).order_by()
    over = Q(state=FollowUp.State.CANCELLED) | Q(state=FollowUp.State.DONE, done_at__lt=OuterRef("answered_at"))
    count = tasks.filter(over).values("plan").annotate(count=Count("pk")).values("count")
    times = Cast(Coalesce(Subquery(count), 0), CharField())
    return causes_of(
        wanting_another_time(now),
        "appointment",
        patient="patient",
        moment=F("answered_at"),
        pressing=Value("P1"),
        version=Concat(appointment_version(), Value("."), times, output_field=CharField()),
    )


def not_another_time() -> Q:
    """Of tasks: the visit was moved or cancelled or has begun, or they confirmed it after all."""
    return ~Q(row_id__in=wanting_another_time(timezone.now()).values("pk"))


def _as_causes(rows: QuerySet[Any, Any], kind: str, priority: str) -> QuerySet[Any, Any]:
    return rows.annotate(
        cause_key=Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField()),
        whose=F("patient__pk"),
        moment=F("at"),
        pressing=Value(priority),
        zone=zone_of("patient"),
    )
