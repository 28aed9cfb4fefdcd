"""What follows from a visit that the clinic cannot keep, or can keep after all: a task, until it is put right."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from clinic.booking import cannot_keep
from clinic.booking.displaced import displaced
from clinic.booking.models import Appointment
from clinic.followups.cause_rows import appointment_version, causes_of, key_of
from clinic.followups.models import FollowUp
from screening.protocol import FollowUpPlan

SOON: Final = timedelta(days=5)
"""So long before the visit somebody calls today; more than two working days, in which other tasks are told of."""


def found(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Visits to come that cannot be kept as they are.

    Another reason and another time are new causes. So is a reason that comes back, and the nearness of the visit: a
    task that somebody closed early, while the visit stands as it was, comes back once.
    """
    by_reason: dict[str, list[UUID]] = defaultdict(list)
    for key, because in displaced(Appointment.objects.upcoming(now)).values_list("pk", "because"):
        by_reason[because].append(key)
    reasons = [When(pk__in=keys, then=Value(because)) for because, keys in by_reason.items()]
    soon = When(during__startswith__lt=now + SOON, then=Value("P1"))
    rows = Appointment.objects.filter(pk__in=[key for keys in by_reason.values() for key in keys]).annotate(
        because=Case(*reasons, default=Value(""), output_field=CharField()), nearness=Case(soon, default=Value("P2"))
    )
    version = (*_as_it_is(), F("nearness"), Value("."))
    return causes_of(
        rows.annotate(stem=key_of("appointment", _joined(*version))),
        "appointment",
        patient="patient",
        moment=Value(now, output_field=DateTimeField()),
        pressing=F("nearness"),
        version=_joined(*version, _times_sorted_out(plan.id)),
    )


def told_otherwise(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Visits to come that can be kept, of which somebody on the staff told the patient that they cannot."""
    soon = When(during__startswith__lt=now + SOON, then=Value("P1"))
    return causes_of(
        cannot_keep.told_otherwise(now),
        "appointment",
        patient="patient",
        moment=Value(now, output_field=DateTimeField()),
        pressing=Case(soon, default=Value("P2")),
        version=appointment_version(),
    )


def not_told_otherwise() -> Q:
    """Of tasks: the visit was moved or cancelled, is over, or cannot be kept again."""
    visits = cannot_keep.told_otherwise(timezone.now())
    return ~Q(row_id__in=visits.values("pk"))


def sorted_out() -> Q:
    """Of tasks: the visit was moved or cancelled, is over, or can be kept for another reason than when it was asked."""
    booked = Appointment.objects.filter(pk=OuterRef("row_id"), state=Appointment.State.BOOKED)
    as_it_is = displaced(booked).annotate(
        stem=key_of("appointment", _joined(*_as_it_is())), of_task=Cast(OuterRef("cause"), CharField())
    )
    return ~Q(Exists(as_it_is.filter(of_task__startswith=F("stem"))))


def asked_again() -> Q:
    """Of tasks: the visit is near by now, and a more pressing task took this one's place."""
    of_visit = FollowUp.objects.filter(row_id=OuterRef("row_id"), plan=OuterRef("plan"))
    return Q(Exists(of_visit.filter(planned_at__gt=OuterRef("planned_at"))))


def _as_it_is() -> tuple[Expression | F, ...]:
    return appointment_version(), Value("."), F("because"), Value(".")


def _times_sorted_out(plan: str) -> Expression:
    """How often the same was put right already: when it is wrong again, that is asked again."""
    before = FollowUp.objects.filter(plan=plan, row_id=OuterRef("pk"), cause__startswith=OuterRef("stem"))
    count = before.filter(state=FollowUp.State.CANCELLED).order_by().values("plan").annotate(count=Count("pk"))
    return Cast(Coalesce(Subquery(count.values("count")), 0), CharField())


def _joined(*parts: Expression | F) -> Concat:
    return Concat(*parts, output_field=CharField())
