"""One more question: exactly what a clinician asks again, answered on the patient's own page."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake import late_actions
from clinic.intake.forms import PageForm
from clinic.patients import session
from clinic.patients.models import Patient
from clinic.reviews import again_actions
from clinic.reviews.reopening import Reopened, last_question, open_question


@require_http_methods(["GET", "HEAD", "POST"])
@session.saved_although_late
@session.of_patient
def question(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Answer what was asked again. Nothing else can be changed here; urgent answers lead to help at once."""
    now = timezone.now()
    asked = open_question(patient, now=now)
    if asked is None:
        return _closed(request, patient, now)
    form = PageForm(asked.page, asked.journey, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, asked, form)
    by = actors.patient(patient.pk)
    try:
        record = again_actions.answer(patient=patient, answers=form.answers(), by=by, now=now)
    except again_actions.NothingToAnswer:
        return _closed(request, patient, now)
    if record.outcome == "urgent":
        return redirect("intake:help")
    messages.info(request, _("Thank you. We have your answer, and the same clinician reads it."))
    return redirect("my:status")


def _closed(request: HttpRequest, patient: Patient, now: datetime) -> HttpResponse:
    """Nothing is asked now; of an answer that comes from another tab only what is urgent is heard."""
    last = last_question(patient, now=now) if request.method == "POST" else None
    form = PageForm(last.page, last.journey, request.POST) if last else None
    if last and form and form.is_valid():
        by = actors.patient(patient.pk)
        if late_actions.hear_late(intake=last.intake, answers=form.answers(), by=by, now=now):
            return redirect("intake:help")
    return render(request, "my/no_question.html", {"came_late": last is not None})


def _page(request: HttpRequest, asked: Reopened, form: PageForm) -> HttpResponse:
    context = {"decision": asked.decision, "many": len(asked.decision.asks or ()), "form": form}
    return render(request, "my/question.html", context, status=422 if form.errors else 200)
