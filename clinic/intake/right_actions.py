"""What is done at "Is this right?": a patient says that an unusual answer is what they meant."""

from __future__ import annotations

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.intake.actions import AlreadySubmitted
from clinic.intake.likely import Odd
from clinic.intake.models import Intake


@transaction.atomic
def confirm(*, intake: Intake, right: list[Odd], by: Actor) -> Intake:
    """Keep that answers which look like a slip are right; another answer to the same question is asked about again.

    Args:
        intake: which.
        right: the answers as they were shown; one that changed since is not confirmed by this.
        by: the patient.
    Returns:
        The intake as it is now.
    Raises:
        AlreadySubmitted: it was sent already.
    """
    intake = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if intake.state != Intake.State.DRAFT:
        raise AlreadySubmitted
    intake.confirmed = {**(intake.confirmed or {}), **{each.question: each.answer for each in right}}
    intake.version += 1
    intake.save(update_fields=["confirmed", "version"])
    record(
        by=by,
        action="intake.confirm",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"questions": sorted({each.question for each in right})},
    )
    return intake
