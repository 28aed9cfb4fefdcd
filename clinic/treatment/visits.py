"""When a patient was with us: the visits that took place and the sessions of treatment."""

from __future__ import annotations

from datetime import datetime

from clinic.booking.models import Appointment
from clinic.patients.models import Patient
from clinic.treatment.models import Session


def moments(patient: Patient) -> list[datetime]:
    """Every moment at which a visit or a session began, in their order; two queries.

    Args:
        patient: whose.
    """
    met = patient.appointments.filter(state=Appointment.State.COMPLETED)
    sessions = Session.objects.filter(course__patient=patient)
    return sorted([each.start for each in met] + list(sessions.values_list("began_at", flat=True)))
