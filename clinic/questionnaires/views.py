"""The pages of the short questions: opened by a private link, one page at a time, checked and sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actors
from clinic.intake.views_return import open_by_link
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient, PatientLink
from clinic.patients.zones import known_zone
from clinic.questionnaires import actions, presenters
from clinic.questionnaires.forms import ShortForm
from clinic.questionnaires.models import Questionnaire

READ_AND_SEND = ("GET", "HEAD", "POST")
State = Questionnaire.State


def of_mine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view a questionnaire of this patient, by their clock; one of somebody else is not there for them."""

    @session.of_patient
    @wraps(view)
    def with_mine(
        request: HttpRequest, patient: Patient, questionnaire_id: UUID, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        asked = Questionnaire.objects.filter(pk=questionnaire_id, patient=patient).select_related("intake").first()
        if asked is None:
            asked_for = f"questionnaire:{questionnaire_id}"
            patient_actions.refuse(patient=patient, subject=asked_for, by=actors.patient(patient.pk))
            raise Http404
        asked.patient = asked.intake.patient = patient
        try:
            with timezone.override(known_zone(patient)):
                return view(request, asked, *args, **kwargs)
        except actions.NotOpen:
            return redirect("questionnaires:start", asked.pk)

    return with_mine


@require_http_methods(READ_AND_SEND)
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A link to the questions: looking changes nothing, the date of birth opens them as often as needed.

    With `?stop` it leads to where they say that they want no more of them.
    """
    purpose = PatientLink.Purpose.QUESTIONS
    if "stop" in request.GET:
        return open_by_link(request, token, purpose, title=_("What we send you"), then="my:preferences")
    return open_by_link(request, token, purpose, title=_("A few short questions"), then="questionnaires:next")


@require_safe
@session.of_patient
def next_one(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The questions that wait, the latest first; without any, what happens next."""
    waiting = patient.questionnaires.filter(state=State.OPEN).order_by("-opened_at").first()
    return redirect("questionnaires:start", waiting.pk) if waiting else redirect("my:status")


@require_safe
@of_mine
def start(request: HttpRequest, asked: Questionnaire) -> HttpResponse:
    """What it is and how long it takes; afterwards, what came of it."""
    if asked.state == State.SENT:
        return render(request, "questionnaires/sent.html", presenters.sent_page(asked, now=timezone.now()))
    if asked.state == State.CLOSED:
        return render(request, "questionnaires/closed.html", {"back_url": reverse("my:status")})
    now = timezone.now()
    sheet = presenters.sheet_of(asked, now=now)
    return render(request, "questionnaires/start.html", presenters.start_page(sheet, now=now))


@require_http_methods(READ_AND_SEND)
@session.saved_although_late
@of_mine
def page(request: HttpRequest, asked: Questionnaire, number: int) -> HttpResponse:
    """One page of questions; what needs a person at once leads to help at once."""
    now, is_open = timezone.now(), asked.state == State.OPEN
    if not is_open and request.method != "POST":
        raise actions.NotOpen
    sheet = presenters.sheet_of(asked, now=now)
    if not 1 <= number <= len(sheet.pages):
        raise Http404
    if is_open and sheet.first_open and number > sheet.first_open:
        messages.info(request, _("We brought you to the next question we need."))
        return redirect(sheet.next_url)
    shown = sheet.pages[number - 1]
    form = ShortForm(shown, sheet.journey, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = actors.patient(asked.patient_id)
        try:
            kept, help_now = actions.save_page(questionnaire=asked, page=shown, answers=form.answers(), by=by, now=now)
        except actions.NotOpen:
            return _came_late(request, asked, form, now)
        return redirect("intake:help" if help_now else presenters.sheet_of(kept, now=now).next_url)
    if not is_open:
        raise actions.NotOpen
    context = {"form": form, "page": shown, "number": number, "pages": len(sheet.pages), "saved_at": asked.saved_at}
    back = sheet.page_url(number - 1) if number > 1 else reverse("questionnaires:start", args=[asked.pk])
    context |= {"back_url": back}
    return render(request, "questionnaires/page.html", context, status=422 if form.errors else 200)


def _came_late(request: HttpRequest, asked: Questionnaire, form: ShortForm, now: datetime) -> HttpResponse:
    """A page of another tab, or of last week: it changes nothing, which is said, and what is urgent in it is heard."""
    by = actors.patient(asked.patient_id)
    if actions.hear_late(questionnaire=asked, answers=form.answers(), by=by, now=now):
        return redirect("intake:help")
    messages.info(request, _("These questions were closed before, so we did not change what you had answered."))
    return redirect("questionnaires:start", asked.pk)


@require_http_methods(READ_AND_SEND)
@of_mine
def send(request: HttpRequest, asked: Questionnaire) -> HttpResponse:
    """Check the answers and send them; sending twice is sending once."""
    now = timezone.now()
    if asked.state == State.OPEN:
        sheet = presenters.sheet_of(asked, now=now)
        if sheet.first_open:
            messages.info(request, _("We brought you to the next question we need."))
            return redirect(sheet.next_url)
        if request.method != "POST":
            context = {"rows": list(presenters.answer_rows(sheet)), "open": sheet.left_open}
            context |= {"back_url": sheet.page_url(len(sheet.pages))}
            return render(request, "questionnaires/send.html", context)
    if request.method == "POST":
        actions.send(questionnaire=asked, by=actors.patient(asked.patient_id), now=now)
    return redirect("questionnaires:start", asked.pk)
