"""What a patient decides about our messages and their data: preferences, a pause, a copy, a request to erase."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actors
from clinic.booking.models import Appointment
from clinic.booking.visit_presenters import visit
from clinic.booking.zones import local
from clinic.followups.stops import MESSAGES
from clinic.my import actions, own_data, presenters
from clinic.my.preferences_form import ASKED, PauseForm, PreferencesForm
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient, Wish
from clinic.patients.zones import known_zone

READ_AND_SEND = ("GET", "HEAD", "POST")
WORDING = "preferences/1"


@require_http_methods(READ_AND_SEND)
@session.of_patient
def preferences(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Whether we ask how they are, and their clock."""
    latest = patient.consents.filter(kind=MESSAGES).order_by("-at").first()
    asking = {None: "", True: "yes", False: "no"}[latest.given if latest else None]
    zone = known_zone(patient)
    data = request.POST if request.method == "POST" else None
    form = PreferencesForm(data, zone=zone, initial={"asking": asking})
    if request.method == "POST" and form.is_valid():
        by, now = actors.patient(patient.pk), timezone.now()
        if form.cleaned_data["asking"] != asking:
            given = form.cleaned_data["asking"] == "yes"
            actions.choose_messages(patient=patient, given=given, wording=str(ASKED), version=WORDING, by=by, now=now)
        if form.cleaned_data["zone"] != patient.time_zone:
            patient_actions.describe(patient=patient, told={"time_zone": form.cleaned_data["zone"]}, by=by)
        messages.info(request, _("We saved what you chose. It counts from now on."))
        return redirect("my:preferences")
    context = {"form": form, "paused": _paused(patient), "back_url": reverse("my:status")}
    return render(request, "my/preferences.html", context, status=422 if form.errors else 200)


@require_http_methods(READ_AND_SEND)
@session.of_patient
def pause(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Reminders and short questions wait until a day, or come again now. Safety never waits."""
    now, zone, by = timezone.now(), known_zone(patient), actors.patient(patient.pk)
    if request.method == "POST" and "resume" in request.POST:
        actions.pause(patient=patient, until=None, by=by, now=now)
        messages.info(request, _("Your messages come again."))
        return redirect("my:preferences")
    data = request.POST if request.method == "POST" else None
    form = PauseForm(data, today=local(now, zone).date(), zone=zone)
    if request.method == "POST" and form.is_valid():
        actions.pause(patient=patient, until=form.cleaned_data["until"], by=by, now=now)
        messages.info(request, _("We saved your pause. It counts from now on."))
        return redirect("my:preferences")
    booked = Appointment.objects.filter(patient=patient).upcoming(now).first()
    context = {
        "form": form,
        "visit": visit(booked) if booked else None,
        "paused": _paused(patient),
        "back_url": reverse("my:preferences"),
    }
    return render(request, "my/pause.html", context, status=422 if form.errors else 200)


def _paused(patient: Patient) -> str:
    """The day a pause ends, in words; nothing without one."""
    until = patient.paused_until
    return presenters.on_day(until, known_zone(patient)) if until and until > timezone.now() else ""


@require_http_methods(READ_AND_SEND)
@session.of_patient
def data(request: HttpRequest, patient: Patient) -> HttpResponse:
    """A copy of their data, and asking us to erase it: a week to cancel, then the journal goes, and a person writes."""
    now, by = timezone.now(), actors.patient(patient.pk)
    asked = patient.wishes.filter(kind=Wish.Kind.ERASE, taken_back_at=None).order_by("-at").first()
    is_over = asked is not None and asked.at + patient_actions.ERASED_AFTER <= now
    if request.method == "POST" and request.POST.get("erase") == "yes":
        about = asked.pk if asked and is_over else asked.about if asked else patient.pk
        patient_actions.wish(patient=patient, kind=Wish.Kind.ERASE, about=about, by=by, now=now)
        messages.info(request, _("We have your request. A person reads it and writes to you."))
        return redirect("my:data")
    if request.method == "POST" and request.POST.get("cancel") == "yes" and asked:
        is_back = patient_actions.take_back_wish(wish=asked, by=by, now=now)
        messages.info(
            request,
            _("We took back your request. We erase nothing.") if is_back else _("It is too late to cancel. Call us."),
        )
        return redirect("my:data")
    zone = known_zone(patient)
    context = {"reference": patient.reference, "back_url": reverse("my:status")}
    if asked:
        until = asked.at + patient_actions.ERASED_AFTER
        context |= {"asked_on": presenters.on_day(asked.at, zone), "may_cancel": not is_over}
        context |= {"erased_on": presenters.on_day(until, zone, with_clock=True)}
    return render(request, "my/data.html", context)


@require_safe
@session.of_patient
def data_file(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The copy as a file with a neutral name; that it was taken is on the record."""
    actions.look(patient=patient, subject=f"copy:{patient.pk}", by=actors.patient(patient.pk))
    response = JsonResponse(own_data.copy_for(patient), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_safe
@session.of_patient
def data_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The same copy as a page to read, print or save; that it was read is on the record."""
    actions.look(patient=patient, subject=f"copy:{patient.pk}", by=actors.patient(patient.pk))
    context = {"copy": own_data.page_for(patient), "back_url": reverse("my:data")}
    with timezone.override(known_zone(patient)):
        return render(request, "my/data_page.html", context)
