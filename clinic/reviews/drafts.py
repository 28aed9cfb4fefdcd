"""The decision panel kept for later: by whom, about which record, until it is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews.models import DecisionDraft, Snippet
from clinic.reviews.signing import clinician_of


@transaction.atomic
def keep(
    *, record: ScreeningRecord, told: Mapping[str, Any], by: Actor, now: datetime, snippet: Snippet | None = None
) -> DecisionDraft:
    """Keep what stands in the decision panel, in the place of what this clinician kept before.

    Args:
        record: what it is about.
        told: the fields of the panel, as text.
        by: the clinician.
        now: the moment.
        snippet: the ready sentence that was put in, if one was; the record says which version.
    Raises:
        signing.MayNotDecide: somebody else writes.
    """
    clinician = clinician_of(by)
    DecisionDraft.objects.filter(intake=record.intake, by=clinician).delete()
    draft = DecisionDraft.objects.create(
        intake=record.intake, by=clinician, record=record, told=dict(told), kept_at=now
    )
    audit.record(
        by=by,
        action="reviews.keep_draft",
        subject=f"record:{record.pk}",
        patient=record.intake.patient_id,
        detail=snippet.named if snippet else {},
    )
    return draft


def of(intake: Intake, *, by: User) -> DecisionDraft | None:
    """What this person kept about an intake."""
    return DecisionDraft.objects.filter(intake=intake, by=by).first()


def drop(intake: Intake, *, by: User) -> None:
    """Forget what this person kept, because they signed."""
    DecisionDraft.objects.filter(intake=intake, by=by).delete()


def begun(intakes: Sequence[Intake], *, by: User) -> set[UUID]:
    """The intakes about which this person kept something; one query."""
    return set(DecisionDraft.objects.filter(intake__in=intakes, by=by).values_list("intake_id", flat=True))
