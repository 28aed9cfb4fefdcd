"""Help at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake import actions, presenters, protocols, safety_actions
from clinic.intake.models import Intake
from clinic.patients import session
from clinic.patients.forms import PhoneForm
from clinic.patients.models import Patient


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def help_now(request: HttpRequest, patient: Patient) -> HttpResponse:
    """People to talk to now. "I am safe for now" goes on with the form; booking stays closed until somebody called."""
    intake = patient.intakes.filter(safety_raised_at__isnull=False).order_by("-safety_raised_at").first()
    if intake is None:
        return redirect("pages:help_now")
    now, by = timezone.now(), actors.patient(patient.pk)
    has_draft = patient.intakes.filter(state=Intake.State.DRAFT).exists()
    is_changing = not patient.phone or "change" in request.GET
    form = PhoneForm(request.POST if "give_phone" in request.POST else None, initial={"phone": patient.phone})
    if request.method == "POST" and not form.is_bound:
        actions.say_safe(intake=intake, by=by, now=now)
        messages.info(request, _("Thank you. Your answers are saved."))
        return redirect("intake:tasks" if has_draft else "my:status")
    if form.is_bound and form.is_valid():
        if form.cleaned_data["phone"]:
            safety_actions.give_phone(intake=intake, phone=form.cleaned_data["phone"], by=by, now=now)
        return redirect("intake:help")
    context = {
        "intake": intake,
        "form": form,
        "phone": "" if is_changing else patient.phone,
        "has_phone": bool(patient.phone),
        "promise": presenters.call_promise(intake, now=now),
        "is_medical": presenters.is_medical(intake, protocols.journey_of(intake, now=now)),
    }
    return render(request, "intake/help.html", context, status=422 if form.errors else 200)
