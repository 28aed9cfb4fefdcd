"""Whether a patient is asked for the whole form again: once a year, while a clinician says they are in our care."""

from __future__ import annotations

from clinic.intake.models import Intake, Renewal
from clinic.patients.models import Patient


def is_asked_again(patient: Patient) -> bool:
    """True when we asked for the whole form and they have sent none since; a draft that ran out changes nothing."""
    asked = Renewal.objects.filter(patient=patient).order_by("-asked_at").values_list("asked_at", flat=True).first()
    return asked is not None and not Intake.objects.filter(patient=patient, submitted_at__gt=asked).exists()
