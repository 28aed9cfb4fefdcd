"""How a patient is doing over time: in words first, then drawn, then every number; or hidden, if they prefer that."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient
from clinic.patients.zones import known_zone
from clinic.questionnaires.comparing import series_of
from clinic.questionnaires.progress import drawing_of
from clinic.treatment.visits import moments


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def progress(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Scores over time; the button hides them or shows them again."""
    if request.method == "POST":
        shown = request.POST.get("scores") == "show"
        patient_actions.show_scores(patient=patient, shown=shown, by=actors.patient(patient.pk))
        return redirect("my:progress")
    context = {"back_url": reverse("my:status"), "is_hidden": patient.hides_scores}
    if not patient.hides_scores:
        visits, zone = moments(patient), known_zone(patient)
        context["drawings"] = [drawing_of(each, zone=zone, visits=visits) for each in series_of(patient)]
    return render(request, "my/progress.html", context)
