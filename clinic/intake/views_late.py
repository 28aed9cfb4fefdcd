"""A page of the form that comes from a tab that was left open: the form is sent, and only what is urgent is heard."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.audit import actors
from clinic.intake import late_actions, protocols
from clinic.intake.forms import PageForm
from clinic.intake.journeys import page_at
from clinic.intake.models import Intake


def after_sending(request: HttpRequest, intake: Intake, part: str = "", number: int = 0) -> HttpResponse:
    """Lead to help for what is urgent in a page of the form; otherwise say that it was sent, and what happens next."""
    if request.method == "POST" and _is_urgent(request, intake, part, number):
        return redirect("intake:help")
    messages.info(request, _("You have already sent this form."))
    return redirect("my:status")


def _is_urgent(request: HttpRequest, intake: Intake, part: str, number: int) -> bool:
    now = timezone.now()
    journey = protocols.journey_of(intake, now=now)
    asked = page_at(journey.facts.protocol, part, number)
    form = PageForm(asked, journey, request.POST) if asked else None
    if form is None or not form.is_valid():
        return False
    by = actors.patient(intake.patient_id)
    return late_actions.hear_late(intake=intake, answers=form.answers(), by=by, now=now)
