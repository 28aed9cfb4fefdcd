"""The waiting list: joining and leaving it, and taking or declining a time that became free."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit import actors
from clinic.booking import actions, allowed, presenters, reminders, visit_presenters, waiting, waiting_actions, zones
from clinic.booking.forms import DetailsForm, WaitingForm
from clinic.booking.models import Appointment, WaitingPlace
from clinic.booking.views import READ_OR_SEND, Choosing, if_allowed, offers
from clinic.booking.views_check import DETAILS, details_known, uuid_in
from clinic.patients import session
from clinic.patients.models import Patient

State = Appointment.State


@require_http_methods(READ_OR_SEND)
@session.of_patient
@if_allowed
def join(request: HttpRequest, patient: Patient) -> HttpResponse:
    """When and how a freed time would suit; who is on the list sees since when, and can change it or leave."""
    now = timezone.now()
    allowed.to_book(patient, now=now)
    place = patient.waiting_places.filter(state=WaitingPlace.State.WAITING).first()
    if not waiting.can_be_told(patient):
        return render(request, "booking/waitlist_call.html")
    ways = presenters.way_choices(offers(Choosing(request, patient, now)))
    if request.method != "POST":
        initial = {name: getattr(place, name) for name in WaitingForm.base_fields} if place else None
        return _join_page(request, place, WaitingForm(ways=ways, initial=initial), patient)
    form = WaitingForm(request.POST, ways=ways)
    if not form.is_valid():
        return _join_page(request, place, form, patient, status=422)
    zone = zones.of_patient(patient)
    waiting_actions.join(patient=patient, **form.cleaned_data, time_zone=zone, by=actors.patient(patient.pk), now=now)
    messages.info(request, _("You are on the waiting list. We email you when a time becomes free that fits."))
    return redirect("my:status")


def _join_page(
    request: HttpRequest, place: WaitingPlace | None, form: WaitingForm, patient: Patient, *, status: int = 200
) -> HttpResponse:
    zone = zones.of_patient(patient)
    since = zones.day_in_words(zones.local(place.joined_at, zone).date()) if place else ""
    context = {"form": form, "since": since, "zone_name": zones.name(zone)}
    return render(request, "booking/waitlist.html", context, status=status)


@require_POST
@session.of_patient
def leave(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Off the list; doing it again changes nothing."""
    waiting_actions.leave(patient=patient, by=actors.patient(patient.pk), now=timezone.now())
    messages.info(request, _("You are not on the waiting list any more."))
    return redirect("my:status")


@require_http_methods(READ_OR_SEND)
@session.of_patient
@if_allowed
def offer(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The time that is offered to them, with "Take this time" and "No, thank you"; looking changes nothing."""
    rows = patient.appointments.exclude(offered_at=None).select_related("clinician", "patient")
    if request.method == "POST":
        rows = rows.filter(pk=uuid_in(request.POST.get("appointment", "")))
    offered = rows.order_by("offered_at").last()
    if offered is None or offered.state == State.BOOKED:
        return redirect("booking:done" if offered else "booking:waitlist")
    if offered.state != State.OFFERED or offered.start <= timezone.now():
        return _gone(request, offered)
    if request.method != "POST":
        form = _form(patient, offered, initial={"appointment": offered.pk, **details_known(patient)})
        return _offer_page(request, offered, form)
    if request.POST.get("answer") == "no":
        waiting_actions.decline(appointment=offered, by=actors.patient(patient.pk))
        messages.info(request, _("We offer it to the next person. You keep your place in line."))
        return redirect("my:status")
    return _accept(request, patient, offered)


def _accept(request: HttpRequest, patient: Patient, offered: Appointment) -> HttpResponse:
    form = _form(patient, offered, request.POST)
    if not form.is_valid():
        return _offer_page(request, offered, form, status=422)
    details = {name: form.cleaned_data[name] for name in DETAILS}
    try:
        actions.book(appointment=offered, **details, by=actors.patient(patient.pk), now=timezone.now())
    except (actions.HoldReleased, actions.NotOffered):
        return _gone(request, offered)
    return redirect("booking:done")


def _form(patient: Patient, offered: Appointment, data: Any = None, **extra: Any) -> DetailsForm:
    return DetailsForm(data, mode=offered.mode, reminders=reminders.open_to(patient), **extra)


def _offer_page(request: HttpRequest, offered: Appointment, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    context = {
        "visit": visit_presenters.visit(offered),
        "until": zones.clock(offered.held_until, offered.time_zone),
        "because": waiting.reason_now(offered),
        "form": form,
    }
    return render(request, "booking/offer.html", context, status=status)


def _gone(request: HttpRequest, offered: Appointment) -> HttpResponse:
    status = 409 if request.method == "POST" else 200
    return render(request, "booking/offer_gone.html", {"visit": visit_presenters.visit(offered)}, status=status)
