"""The way to what is closed: a form that waits for nobody is for its care team, and for others who first say why."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.db.models import BooleanField, ExpressionWrapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.patients.models import Patient
from clinic.staff.care_team import open_until, theirs
from clinic.staff.frame import READ, show
from clinic.staff.glass_form import LEADS_TO, GlassForm

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]
FOUND_BY: Final = {
    "reference": "intakes__reference",
    "decision_id": "intakes__records__decisions",
    "first_id": "intakes__records__first_signatures",
}
"""How the patient is found, by what the address names."""


def of_their_team(view: View[Params]) -> View[Params]:
    """Open what is told of a form to its care team, and for an hour to who said why.

    It stands below `page`, which asks for the permission first. What is not there is left to the view to miss.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        ((named, value),) = kwargs.items()
        patient = _found(request.user, **{FOUND_BY[named]: value})
        if patient is None or patient.is_theirs or open_until(request.user, patient):
            return view(request, *args, **kwargs)
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name != "answers" and named == "reference" and not _is_sent(value):
            return view(request, *args, **kwargs)
        to = {"to": name if name in LEADS_TO else "review", "form": value if named == "reference" else ""}
        return closed(request, patient, GlassForm(initial=to), status=200 if request.method in READ else 403)

    return guarded


def _is_sent(reference: object) -> bool:
    """False for a draft, of which there is one page only: the answers so far."""
    return ScreeningRecord.objects.filter(intake__reference=reference).exists()


def _found(user: User, **named: object) -> Patient | None:
    """The patient, and whether somebody looks after them; one query."""
    return Patient.objects.filter(**named).annotate(is_theirs=ExpressionWrapper(theirs(user), BooleanField())).first()


def closed(request: HttpRequest, patient: Patient, form: GlassForm, *, status: int = 200) -> HttpResponse:
    """It names nobody: whoever stops here has seen nothing."""
    return show(request, "break_glass.html", status=status, reference=patient.reference, form=form)


def opened(patient: Patient, form: GlassForm) -> HttpResponse:
    """Where they wanted to go: a page of a form of this patient, or else the patient's history."""
    named = form.cleaned_data["form"]
    if patient.intakes.filter(reference=named).exists():
        return redirect(f"staff:{form.cleaned_data['to'] or 'review'}", named)
    return redirect("staff:patient", patient.reference)
