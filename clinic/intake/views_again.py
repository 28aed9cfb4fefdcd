"""The whole form again, once a year: the private link to it, and the page it begins on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake.models import Intake
from clinic.intake.renewal_actions import NotAsked, begin_again
from clinic.intake.renewals import is_asked_again
from clinic.intake.views_return import open_by_link
from clinic.patients import session
from clinic.patients.models import Patient, PatientLink


@require_http_methods(["GET", "HEAD", "POST"])
def again_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link to the form of this year: looking changes nothing, the date of birth opens it until the form is sent."""
    return open_by_link(
        request, token, PatientLink.Purpose.RENEWAL, title=_("Your form for this year"), then="intake:again"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def again(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What is asked again and why; starting makes a new form, and one that was begun is carried on."""
    if patient.intakes.filter(state=Intake.State.DRAFT).exists():
        return redirect("intake:tasks")
    if request.method != "POST" and is_asked_again(patient):
        return render(request, "intake/again.html", {"back_url": reverse("my:status")})
    if request.method == "POST":
        try:
            begin_again(patient=patient, by=actors.patient(patient.pk), now=timezone.now())
        except NotAsked:
            return redirect("my:status")
        return redirect("intake:tasks")
    return redirect("my:status")
