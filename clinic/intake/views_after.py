"""Help at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake import actions, presenters, protocols
from clinic.intake.models import Intake
from clinic.patients import session
from clinic.patients.models import Patient


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def help_now(request: HttpRequest, patient: Patient) -> HttpResponse:
    """People to talk to now. "I am safe for now" goes on with the form; booking stays closed until somebody called."""
    intake = patient.intakes.order_by("-started_at").first()
    if intake is None or not intake.safety_raised_at:
        return redirect("pages:help_now")
    now = timezone.now()
    if request.method == "POST":
        actions.say_safe(intake=intake, by=actors.patient(patient.pk), now=now)
        messages.info(request, "Thank you. Your answers are saved.")
        return redirect("intake:tasks" if intake.state == Intake.State.DRAFT else "my:status")
    journey = protocols.journey_of(intake, now=now)
    context = {
        "intake": intake,
        "phone": patient.phone,
        "promise": presenters.call_promise(intake, now=now),
        "is_medical": presenters.is_medical(intake, journey),
    }
    return render(request, "intake/help.html", context)
