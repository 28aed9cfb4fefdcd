"""How patients leave and come back: save for later, private links, the idle page, and leaving quickly."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actors
from clinic.intake import link_actions
from clinic.intake.models import Intake
from clinic.intake.return_forms import BirthDateForm, EmailForm
from clinic.intake.views import of_draft
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient, PatientLink

SAFE_PLACE: Final = "intake:tasks"
TO_THE_FORM: Final = _("Carry on with your form")
TO_THE_STATUS: Final = _("See what happens next")
NOT_OPENED: Final = _("This link and this date of birth do not open a form. Check the date and try again")


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def save(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Send a private link to come back by."""
    form = EmailForm(request.POST if request.method == "POST" else None, initial={"email": intake.patient.email})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        by = actors.patient(intake.patient_id)
        if email != intake.patient.email:
            patient_actions.describe(patient=intake.patient, told={"email": email}, by=by)
        link_actions.send_link(patient=intake.patient, by=by, now=timezone.now())
        return redirect("intake:saved")
    needs_birthday = not intake.patient.born_on
    context = {"form": form, "back_url": reverse("intake:tasks"), "needs_birthday": needs_birthday}
    return render(request, "intake/save.html", context, status=422 if form.errors else 200)


@require_safe
@session.of_patient
def saved(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The link is on its way."""
    return render(request, "intake/saved.html")


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Ask for a new link; the answer is the same whether the address is known or not."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        link_actions.ask_for_link(email=form.cleaned_data["email"], by=actors.VISITOR, now=timezone.now())
        return render(request, "intake/check_email.html")
    return render(request, "intake/resume.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resume_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link to carry on with the form: looking changes nothing, the date of birth spends it."""
    return open_by_link(request, token, PatientLink.Purpose.RESUME, title=TO_THE_FORM, then=SAFE_PLACE)


@require_http_methods(["GET", "HEAD", "POST"])
def status_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link to see what happens next."""
    return open_by_link(request, token, PatientLink.Purpose.STATUS, title=TO_THE_STATUS, then="my:status")


@require_http_methods(["GET", "HEAD", "POST"])
def idle(request: HttpRequest) -> HttpResponse:
    """Nobody was there for 30 minutes: the answers are kept, and the date of birth opens them again."""
    patient = session.known(request)
    if patient is None:
        return redirect("intake:resume")
    if not session.is_idle(request):
        return redirect(SAFE_PLACE)
    if not patient.born_on:
        session.let_out(request)
        return render(request, "intake/idle_lost.html")
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["born_on"].isoformat() == patient.born_on:
            session.let_in(request, patient)
            return redirect(SAFE_PLACE if patient.intakes.filter(state=Intake.State.DRAFT).exists() else "my:status")
        tries = request.session.get("idle_tries", 0) + 1
        request.session["idle_tries"] = tries
        if tries >= patient_actions.TRIES:
            session.let_out(request)
            return render(request, "intake/link_closed.html")
        form.add_error("born_on", _("That is not the date of birth we have. Check it and try again"))
    return render(request, "intake/idle.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """End this visit at once and go somewhere neutral; the answers stay saved."""
    session.let_out(request)
    response = redirect(settings.LEAVE_URL if settings.LEAVE_QUICKLY else "pages:home")
    response.status_code = 303
    response.headers["Clear-Site-Data"] = '"cache"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def open_by_link(request: HttpRequest, token: str, purpose: str, *, title: Promise | str, then: str) -> HttpResponse:
    """Let somebody in by a private link and their date of birth; looking at the page changes nothing.

    Args:
        request: of the page.
        token: from the address.
        purpose: what the link was sent for.
        title: the heading of the page.
        then: the name of the address it leads to.
    """
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "title": title}
    if request.method != "POST" or not form.is_valid():
        return render(request, "intake/link.html", context, status=422 if form.errors else 200)
    born_on, by, now = form.cleaned_data["born_on"], actors.VISITOR, timezone.now()
    try:
        patient = patient_actions.come_back(token=token, purpose=purpose, born_on=born_on, by=by, now=now)
    except patient_actions.LinkNotUsable:
        form.add_error("born_on", NOT_OPENED)
        return render(request, "intake/link.html", {**context, "is_refused": True})
    session.let_in(request, patient)
    return redirect(then)
