"""What a patient's page says: the appointment when there is one, else the decision that left, else the route."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clinic.booking.models import Appointment
from clinic.booking.visit_presenters import visit
from clinic.intake import presenters
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Decision
from clinic.reviews.signing import UNDO_FOR
from clinic.reviews.standing import standing_decision


def status_page(patient: Patient, intake: Intake, *, now: datetime) -> dict[str, Any]:
    """Everything the page shows, made only from what is stored.

    Args:
        patient: whose page.
        intake: their latest, which was sent.
        now: the moment.
    """
    sealed = intake.records.order_by("number").last()
    decision = told_decision(sealed, now=now)
    appointment = Appointment.objects.filter(patient=patient).upcoming(now).select_related("clinician").first()
    page = {"intake": intake, "decision": decision, **presenters.outcome_page(sealed, now=now)}
    page["template"] = f"my/decided/{decision.route}.html" if decision else f"my/outcome/{sealed.outcome}.html"
    if appointment is not None:
        page["booked"] = visit(appointment)
    if sealed.outcome == "urgent" and decision is None:
        page["promise"] = presenters.call_promise(intake, now=now)
    return page


def told_decision(sealed: ScreeningRecord, *, now: datetime) -> Decision | None:
    """The standing decision, once the ten minutes are over in which the clinician can take it back."""
    decision = standing_decision(sealed)
    return decision if decision is not None and decision.decided_at + UNDO_FOR <= now else None
