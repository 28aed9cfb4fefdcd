"""What happens next, for a patient who sent a form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.intake.models import Intake
from clinic.my import presenters
from clinic.patients import session
from clinic.patients.models import Patient


@require_safe
@session.of_patient
def status(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The patient's page; without a form that was sent it leads to the form."""
    intake = patient.intakes.order_by("-started_at").first()
    if intake is None or intake.state == Intake.State.DRAFT:
        return redirect("intake:tasks" if intake else "intake:start")
    page = presenters.status_page(patient, intake, now=timezone.now())
    return render(request, "my/status.html", page)
