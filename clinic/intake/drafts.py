"""Forms that were begun and not sent: until when each is kept, and which are due to be removed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, Max, OuterRef, QuerySet

from clinic.intake.models import Intake
from clinic.patients.actions import LINK_DAYS
from clinic.patients.models import PatientLink

KEPT_FOR: Final = timedelta(days=LINK_DAYS)
"""As long as a private link works, counted from the last page that was saved."""
WARNED_BEFORE: Final = timedelta(days=5)


def kept_until(intake: Intake, *, now: datetime) -> datetime:
    """When a draft is removed unless another page is saved; never before a link that was sent for it ends.

    Args:
        intake: a draft.
        now: the moment.
    """
    last = _open_links(now).filter(patient=intake.patient_id).aggregate(last=Max("expires_at"))["last"]
    return max(filter(None, (intake.saved_at + KEPT_FOR, last)))


def is_ending(intake: Intake, *, now: datetime) -> datetime | None:
    """When a draft is removed, in the last five days before it is; None earlier, and for one that is never removed."""
    if intake.safety_raised_at or intake.saved_at + KEPT_FOR - WARNED_BEFORE > now:
        return None
    until = kept_until(intake, now=now)
    return until if until - WARNED_BEFORE <= now else None


def ended(now: datetime) -> QuerySet[Intake]:
    """The drafts to be removed. One in which somebody may have been in danger is kept: a person decides about it."""
    drafts = Intake.objects.filter(state=Intake.State.DRAFT, safety_raised_at=None, saved_at__lte=now - KEPT_FOR)
    return drafts.exclude(Exists(_open_links(now).filter(patient=OuterRef("patient_id")))).order_by("saved_at")


def _open_links(now: datetime) -> QuerySet[PatientLink]:
    return PatientLink.objects.filter(purpose=PatientLink.Purpose.RESUME, spent_at=None, expires_at__gt=now)
