"""Adding, changing and removing one medicine, and putting one back that was just removed."""

from __future__ import annotations

import json
import uuid
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit import actors
from clinic.intake import actions, medicine_list, onward, protocols
from clinic.intake.journeys import address
from clinic.intake.medicine_forms import MedicineForm
from clinic.intake.models import Intake
from clinic.intake.views import of_draft, page_context, to_next_needed
from screening.journey import Journey
from screening.protocol import Page


@require_safe
@gzip_page
def names(request: HttpRequest) -> HttpResponse:
    """The names the protocol knows, the same for everybody: a browser suggests from them, and tells us nothing."""
    return HttpResponse(_names(settings.PROTOCOL), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def add_medicine(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Add one medicine."""
    return _medicine(request, intake, {}, str(uuid.uuid4()))


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def change_medicine(request: HttpRequest, intake: Intake, medicine_id: uuid.UUID) -> HttpResponse:
    """Change one medicine of the list."""
    return _medicine(request, intake, _listed(intake, medicine_id), str(medicine_id))


@cache
def _names(protocol: str) -> bytes:
    """Each name once, alone: what the protocol treats alike is not always the same medicine."""
    known = protocols.named(protocol).protocol.medications.values()
    names = {name for each in known for name in (each.ingredient, *each.brands)}
    return json.dumps(sorted(names, key=str.lower), ensure_ascii=False).encode()


def _medicine(request: HttpRequest, intake: Intake, initial: dict[str, str], medicine_id: str) -> HttpResponse:
    now = timezone.now()
    journey = protocols.journey_of(intake, now=now)
    asked = _page(journey)
    if not journey.may_visit(asked):
        return to_next_needed(request, journey)
    list_url = address(journey.facts.protocol, asked) + onward.query(request)
    form = MedicineForm(journey.facts.protocol, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        by = actors.patient(intake.patient_id)
        try:
            saved = actions.keep_medicine(intake=intake, medicine=form.medicine(medicine_id), by=by, now=now)
        except actions.ListIsFull:
            form.add_error(
                "name", _("Your list of medicines is full. Call us and we will go through the rest with you")
            )
        else:
            straight_back = bool(initial) and onward.came_to_change(request)
            next_url = "intake:answers" if straight_back else list_url
            return redirect("intake:help" if saved.help_now else next_url)
    context = {
        **page_context(request, intake, journey, asked),
        "form": form,
        "back_url": list_url,
        "is_new": not initial,
    }
    return render(request, "intake/medicine.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def remove_medicine(request: HttpRequest, intake: Intake, medicine_id: uuid.UUID) -> HttpResponse:
    """Ask, then take one medicine off the list; the list offers to put it back."""
    journey = protocols.journey_of(intake, now=timezone.now())
    back = address(journey.facts.protocol, _page(journey)) + onward.query(request)
    if request.method == "POST" and medicine_list.removed(intake, str(medicine_id)):
        return redirect(_with_removed(back, medicine_id))
    medicine = _listed(intake, medicine_id)
    if request.method == "POST":
        by = actors.patient(intake.patient_id)
        actions.remove_medicine(intake=intake, medicine_id=str(medicine_id), by=by, now=timezone.now())
        return redirect(_with_removed(back, medicine_id))
    return render(request, "intake/remove_medicine.html", {"medicine": medicine, "back_url": back})


@require_POST
@of_draft
def put_back_medicine(request: HttpRequest, intake: Intake, medicine_id: uuid.UUID) -> HttpResponse:
    """Put a medicine that was removed on the list again, as it was; pressed twice it is there once."""
    now = timezone.now()
    journey = protocols.journey_of(intake, now=now)
    list_url = address(journey.facts.protocol, _page(journey)) + onward.query(request)
    medicine = medicine_list.removed(intake, str(medicine_id))
    if medicine is None:
        _listed(intake, medicine_id)
        return redirect(list_url)
    by = actors.patient(intake.patient_id)
    try:
        saved = actions.keep_medicine(intake=intake, medicine=medicine, by=by, now=now)
    except actions.ListIsFull:
        return redirect(list_url)
    return redirect("intake:help" if saved.help_now else list_url)


def _with_removed(list_url: str, medicine_id: uuid.UUID) -> str:
    """The list, with the id of what was removed: an id says nothing about health, a name in a message would."""
    return f"{list_url}{'&' if '?' in list_url else '?'}removed={medicine_id}"


def _page(journey: Journey) -> Page:
    return next(each for each in journey.facts.protocol.pages.values() if each.kind == "medicines")


def _listed(intake: Intake, medicine_id: uuid.UUID) -> dict[str, str]:
    medicine = medicine_list.listed(intake, str(medicine_id))
    if medicine is None:
        raise Http404
    return medicine
