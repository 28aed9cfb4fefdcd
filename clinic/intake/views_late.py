"""A page that is sent after half an hour: what was typed is saved before anybody has to say who they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.audit import actors
from clinic.intake import actions, protocols
from clinic.intake.forms import PageForm
from clinic.intake.journeys import page_at
from clinic.intake.models import Intake
from clinic.patients import session

PageView = Callable[..., HttpResponse]


def saved_although_late(view: PageView) -> PageView:
    """Save a page that comes from a browser which was idle, then ask for the date of birth as for any other page.

    Somebody who takes long over "Are you safe?" must not lose the answer, and help must not wait for a birthday. The
    answer is written and nothing is shown; the help page shown is the public one, which says nothing about anybody.
    """

    @wraps(view)
    def late(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not session.is_idle(request):
            return view(request, *args, **kwargs)
        return redirect("pages:help_now" if _save(request, **kwargs) else "intake:idle")

    return late


def _save(request: HttpRequest, part: str, number: int) -> bool:
    """Save what can be saved; True when help must be shown now."""
    patient, now = session.known(request), timezone.now()
    intake = patient.intakes.filter(state=Intake.State.DRAFT).order_by("-started_at").first() if patient else None
    if intake is None:
        return False
    journey = protocols.journey_of(intake, now=now)
    asked = page_at(journey.facts.protocol, part, number)
    if asked is None or asked.kind in ("sign", "medicines") or not journey.may_visit(asked):
        return False
    form = PageForm(asked, journey, request.POST)
    if not form.is_valid():
        return False
    by = actors.patient(intake.patient_id)
    try:
        saved = actions.save_page(intake=intake, page=asked, answers=form.answers(), by=by, now=now)
    except actions.AlreadySubmitted:
        return False
    return saved.help_now
