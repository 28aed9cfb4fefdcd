"""The page on which a patient sees who of the staff looked at their record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinic.audit import actors
from clinic.my import actions
from clinic.my.who_looked import looks
from clinic.patients import session
from clinic.patients.models import Patient


@require_safe
@session.of_patient
def who_looked(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Who looked, also while the form is being filled in."""
    actions.look(patient=patient, subject="page:who-looked", by=actors.patient(patient.pk))
    found, more = looks(patient)
    return render(request, "my/who_looked.html", {"looks": found, "more": more, "back_url": reverse("my:status")})
