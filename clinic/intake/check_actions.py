"""What is done with the 30-second check: its answers are carried into a form that was just started."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.intake.actions import TOLD_TO_PATIENT
from clinic.intake.models import Intake
from clinic.patients import actions as patient_actions


@transaction.atomic
def carry_in(*, intake: Intake, told: Mapping[str, str], by: Actor) -> None:
    """Fill in what the check asked already; the page that asks it still shows it, to be checked and changed.

    Args:
        intake: one that was just begun; an answer it has already is left as it is.
        told: answers by question of the protocol, from `quick_check.for_the_form`.
        by: the visitor.
    """
    new = {question: answer for question, answer in told.items() if question not in intake.answers}
    if not new:
        return
    intake.answers = {**intake.answers, **new}
    intake.version += 1
    intake.save(update_fields=["answers", "version"])
    about = {TOLD_TO_PATIENT[question]: answer for question, answer in new.items() if question in TOLD_TO_PATIENT}
    if about:
        patient_actions.describe(patient=intake.patient, told=about, by=by)
    record(
        by=by,
        action="intake.carry_in",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"questions": sorted(new)},
    )
