"""Staff pages about one patient over time: the timeline, and the way in for somebody from outside the care team."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.intake.countries import NAMES
from clinic.patients import languages
from clinic.patients.models import Patient
from clinic.questionnaires.comparing import series_of
from clinic.questionnaires.progress import Drawing, drawing_of
from clinic.reviews import words
from clinic.staff import actions, glass
from clinic.staff.care_team import is_on_team, open_until
from clinic.staff.frame import page, show
from clinic.staff.glass_form import GlassForm
from clinic.staff.timeline import KINDS, happenings
from clinic.treatment.visits import moments


@page(Permission.SEE_INTAKE)
def patient(request: HttpRequest, reference: str) -> HttpResponse:
    """All that happened with a patient, for their care team."""
    person = _found(reference)
    is_of_team = is_on_team(request.user, person)
    until = None if is_of_team else open_until(request.user, person)
    if not is_of_team and until is None:
        return glass.closed(request, person, GlassForm())
    kind = request.GET.get("kind", "")
    actions.see_patient(patient=person, by=request.user.actor)
    told, is_cut = happenings(person, kind=kind if kind in KINDS else "")
    today = timezone.localdate()
    return show(
        request,
        "patient.html",
        person=person,
        lives_in=NAMES.get(person.region) or NAMES.get(person.country, ""),
        reads=languages.name_of(person),
        years=words.age(person.born_on, on=today),
        told=told,
        is_cut=is_cut,
        kind=kind,
        kinds=[(name, label) for name, (label, _) in KINDS.items()],
        until=until,
        drawings=_scores(person) if not kind else [],
    )


def _scores(person: Patient) -> list[Drawing]:
    """Scores over time as the patient sees them, with what the change is called."""
    visits = moments(person)
    asked = [series for series in series_of(person) if len(series.points) > 1]
    return [drawing_of(each, zone=settings.CLINIC_TIME_ZONE, visits=visits, for_staff=True) for each in asked]


@page(Permission.SEE_INTAKE, "POST")
def break_glass(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the record of a patient of others, and say why."""
    person, form = _found(reference), GlassForm(request.POST)
    if not form.is_valid():
        return glass.closed(request, person, form, status=422)
    reason = form.cleaned_data["reason"]
    actions.break_glass(patient=person, reason=reason, by=request.user.actor, now=timezone.now())
    return glass.opened(person, form)


def _found(reference: str) -> Patient:
    return get_object_or_404(Patient, reference=reference)
