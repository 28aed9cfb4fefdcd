"""What is done on the page of urgent help besides saying "I am safe for now": giving a number we can call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.intake.models import Intake
from clinic.patients import actions as patient_actions


@transaction.atomic
def give_phone(*, intake: Intake, phone: str, by: Actor, now: datetime) -> None:
    """Keep a number to call, as an answer too while the form is open, so that a later page does not take it back.

    Args:
        intake: which.
        phone: as it was typed.
        by: the patient.
        now: the moment.
    """
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if locked.state == Intake.State.DRAFT:
        locked.answers, locked.saved_at, locked.version = {**locked.answers, "phone": phone}, now, locked.version + 1
        locked.save(update_fields=["answers", "saved_at", "version"])
    patient_actions.describe(patient=locked.patient, told={"phone": phone}, by=by)
