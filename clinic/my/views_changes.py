"""Has anything changed: a medicine, a pregnancy, a blood pressure, a safety answer; all of it is looked at again."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake import protocols
from clinic.intake.medicine_forms import MedicineForm
from clinic.intake.models import Intake
from clinic.my.changes_form import ChangesForm
from clinic.my.views import READ_AND_SEND, of_sent
from clinic.patients import session
from clinic.reviews import change_actions

HEARD = _("Thank you for telling us. A clinician looks at it before anything changes.")


@require_http_methods(READ_AND_SEND)
@session.saved_although_late
@of_sent
def changes(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What changed about safety, blood pressure and pregnancy, and the way to add a medicine."""
    now = timezone.now()
    facts = protocols.journey_of(intake, now=now).facts
    form = ChangesForm(intake, facts, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _told(request, intake, answers=form.told(), medicines=[])
    context = {"form": form, "back_url": reverse("my:status")}
    return render(request, "my/changes.html", context, status=422 if form.errors else 200)


@require_http_methods(READ_AND_SEND)
@session.saved_although_late
@of_sent
def medicine(request: HttpRequest, intake: Intake) -> HttpResponse:
    """One medicine that is new, or that was stopped."""
    form = MedicineForm(protocols.of(intake), request.POST if request.method == "POST" else None)
    line = _line(request.POST.get("line", ""))
    if request.method == "POST" and form.is_valid():
        return _told(request, intake, answers={}, medicines=[form.medicine(line)])
    context = {"form": form, "line": line, "back_url": reverse("my:changes")}
    return render(request, "my/changed_medicine.html", context, status=422 if form.errors else 200)


def _told(
    request: HttpRequest, intake: Intake, *, answers: dict[str, Any], medicines: list[dict[str, str]]
) -> HttpResponse:
    """Keep it; what raises the safety flag leads to help at once."""
    raised_before, by = intake.safety_raised_at, actors.patient(intake.patient_id)
    change_actions.tell_change(patient=intake.patient, answers=answers, medicines=medicines, by=by, now=timezone.now())
    intake.refresh_from_db(fields=["safety_raised_at"])
    if intake.safety_raised_at != raised_before:
        return redirect("intake:help")
    messages.info(request, HEARD)
    return redirect("my:status")


def _line(sent: str) -> str:
    """The id of the new line, made with the page, so that sending the page twice adds it once."""
    try:
        return str(UUID(sent))
    except ValueError:
        return str(uuid4())
