"""What is written down when a patient reads their own page, or tries to read somebody else's."""

from __future__ import annotations

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.patients.models import Patient


@transaction.atomic
def look(*, patient: Patient, subject: str, by: Actor) -> None:
    """Put on the record that a patient read something of their own.

    Args:
        patient: who.
        subject: what, as `kind:id`.
        by: the patient.
    """
    record(by=by, action="my.see", subject=subject, patient=patient.pk)


@transaction.atomic
def refuse(*, patient: Patient, subject: str, by: Actor) -> None:
    """Put on the record that a patient asked for something that is not theirs, or is not there.

    Args:
        patient: who.
        subject: what they asked for, as `kind:id`.
        by: the patient.
    """
    record(by=by, action="my.refused", subject=subject, patient=patient.pk)
