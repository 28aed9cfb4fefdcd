"""What is done with forms that were begun and never sent: they are removed when their time is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.intake import drafts
from clinic.intake.models import Intake
from clinic.notifications.arrival_actions import forget_texts
from clinic.patients import actions as patient_actions

AT_ONCE: Final = 200


def remove_old(*, by: Actor, now: datetime) -> int:
    """Remove drafts that nobody added to for 30 days, and who began them; one transaction each.

    A form that was sent is never touched, and neither is one in which help was raised. Running it twice removes nothing
    twice, and one that is being saved at this moment is left for the next time.

    Args:
        by: the system.
        now: the moment.
    Returns:
        How many were removed.
    """
    found = drafts.ended(now).values_list("pk", flat=True)[:AT_ONCE]
    return sum(_remove(pk, by=by, now=now) for pk in list(found))


@transaction.atomic
def _remove(pk: object, *, by: Actor, now: datetime) -> bool:
    locked = drafts.ended(now).select_for_update(of=("self",), skip_locked=True).select_related("patient")
    intake = locked.filter(pk=pk).first()
    if intake is None:
        return False
    patient, reference = intake.patient, intake.reference
    intake.delete()
    record(
        by=by,
        action="intake.remove_draft",
        subject=f"intake:{pk}",
        patient=patient.pk,
        detail={"reference": reference},
    )
    if not Intake.objects.filter(patient=patient).exists():
        forget_texts(patient=patient, by=by)
        patient_actions.forget(patient=patient, by=by)
    return True
