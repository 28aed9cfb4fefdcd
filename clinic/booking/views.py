"""Choosing a time and checking its details: find, allow, act, answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, allowed, find, presenters, reminders, visit_presenters, zones
from clinic.booking.asked import Asked
from clinic.booking.find import Slot
from clinic.booking.forms import ChooseForm, DetailsForm
from clinic.booking.models import Appointment
from clinic.patients import session
from clinic.patients.models import Patient

PatientView = Callable[[HttpRequest, Patient], HttpResponse]
READ_OR_SEND: Final = ["GET", "HEAD", "POST"]
LONGEST_SEARCH: Final = 60
OPEN: Final = (Appointment.State.HELD, Appointment.State.RELEASED)
"""A time whose details can be checked: a hold that was let go is still booked, if nobody took it meanwhile."""


def if_allowed(view: PatientView) -> PatientView:
    """Who has an appointment sees that; who may not book sees what it waits for, never an empty calendar."""

    @wraps(view)
    def answered(request: HttpRequest, patient: Patient) -> HttpResponse:
        try:
            return view(request, patient)
        except allowed.AlreadyBooked:
            return redirect("booking:done")
        except allowed.NotAllowedToBook as refusal:
            return render(request, "booking/not_yet.html", {"waits_for": refusal.waits_for})

    return answered


@require_http_methods(READ_OR_SEND)
@session.of_patient
@if_allowed
def choose(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Times to choose from; choosing one keeps it for some minutes and goes on to its details."""
    now = timezone.now()
    slots = _offers(patient, now)
    asked = _asked(request, patient)
    if request.method != "POST":
        return _choose_page(request, slots, asked, ChooseForm(), now=now)
    form = ChooseForm(request.POST)
    if not form.is_valid():
        return _choose_page(request, slots, asked, form, now=now, status=422)
    return _hold(request, patient, slots, asked, form, now=now)


def _hold(
    request: HttpRequest,
    patient: Patient,
    slots: list[Slot],
    asked: Asked,
    form: ChooseForm,
    *,
    now: datetime,
) -> HttpResponse:
    """Hold the chosen time with whoever of the clinicians has it free; all of them taken is "someone just took it"."""
    start = form.cleaned_data["slot"]
    fitting = [slot for slot in slots if slot.start == start and slot.way == asked.way]
    if not fitting:
        form.add_error("slot", actions.PASSED if start <= now else actions.NOT_OFFERED)
        return _choose_page(request, slots, asked, form, now=now, status=422)
    for slot in fitting:
        try:
            _hold_slot(patient, slot, asked.zone, now=now)
        except actions.SlotTaken:
            continue
        except actions.NotOffered as refusal:
            form.add_error("slot", str(refusal))
            return _choose_page(request, slots, asked, form, now=now, status=422)
        return redirect("booking:check")
    return _just_taken(request, patient, asked, start, now=now)


def _hold_slot(patient: Patient, slot: Slot, zone: str, *, now: datetime) -> Appointment:
    return actions.hold(
        patient=patient,
        clinician=User.objects.get(pk=slot.clinician_id),
        start=slot.start,
        mode=slot.mode,
        location=slot.location,
        time_zone=zone,
        by=actors.patient(patient.pk),
        now=now,
    )


def _just_taken(
    request: HttpRequest, patient: Patient, asked: Asked, start: datetime, *, now: datetime
) -> HttpResponse:
    """The same page, asked for anew, with the closest three times first."""
    slots = _offers(patient, now)
    form = ChooseForm({"slot": start.isoformat()})
    form.add_error("slot", f"Someone just took {zones.clock(start, asked.zone)}. Here are the closest times.")
    return _choose_page(request, slots, asked, form, now=now, near=start, status=409)


def _choose_page(
    request: HttpRequest,
    slots: list[Slot],
    asked: Asked,
    form: ChooseForm,
    *,
    now: datetime,
    near: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    page = presenters.choose_page(slots, asked, now=now, near=near)
    return render(request, "booking/choose.html", {"page": page, "form": form}, status=status)


def _asked(request: HttpRequest, patient: Patient) -> Asked:
    """What the address, or the form that was sent, asks for."""
    given = request.POST if request.method == "POST" else request.GET
    zone = given.get("zone", "")
    return Asked(
        way=given.get("mode", ""),
        day=given.get("day", ""),
        zone=zone if zones.is_known(zone) else zones.of_patient(patient),
    )


def _offers(patient: Patient, now: datetime) -> list[Slot]:
    """The times this patient is offered, taken ones included."""
    grounds = allowed.to_book(patient, now=now)
    return find.slots(patient_region=patient.region, now=now, until=grounds.until, patient_id=patient.pk)


@require_safe
@session.of_patient
def time_zone(request: HttpRequest, patient: Patient) -> HttpResponse:
    """American time zones first, then a search for any other."""
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    asked = _asked(request, patient)
    now = timezone.now()
    context = {
        "american": visit_presenters.zone_choices(zones.US_ZONES.items(), asked, now=now),
        "found": visit_presenters.zone_choices(zones.search(words), asked, now=now),
        "words": words,
        "asked": asked,
        "back_query": asked.query(),
    }
    return render(request, "booking/time_zone.html", context)


@require_http_methods(READ_OR_SEND)
@session.of_patient
@if_allowed
def check(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The details of the time that is kept; "Book this time" books it."""
    rows = patient.appointments.select_related("clinician", "patient").order_by("created_at")
    if request.method != "POST":
        allowed.to_book(patient, now=timezone.now())
        latest = rows.last()
        if latest is None or latest.state not in OPEN or latest.start <= timezone.now():
            return redirect("booking:choose")
        initial = {"appointment": latest.pk, **_details_known(patient)}
        form = DetailsForm(mode=latest.mode, reminders=reminders.open_to(patient), initial=initial)
        return _check_page(request, latest, form)
    chosen = rows.filter(pk=_uuid(request.POST.get("appointment", ""))).first()
    if chosen is None:
        return _choose_again(request, patient, _asked(request, patient), actions.GONE, status=422)
    form = DetailsForm(request.POST, mode=chosen.mode, reminders=reminders.open_to(patient))
    if not form.is_valid():
        return _check_page(request, chosen, form, status=422)
    return _book(request, patient, chosen, form)


def _book(request: HttpRequest, patient: Patient, chosen: Appointment, form: DetailsForm) -> HttpResponse:
    """Book it; when its hold was let go meanwhile and nobody took the time, hold it again first."""
    now, by = timezone.now(), actors.patient(patient.pk)
    details = {name: form.cleaned_data[name] for name in ("phone", "reminders", "needs")}
    try:
        try:
            actions.book(appointment=chosen, **details, by=by, now=now)
        except actions.HoldReleased:
            actions.book(appointment=_hold_anew(patient, chosen, now=now), **details, by=by, now=now)
    except actions.SlotTaken:
        actions.keep_details(appointment=chosen, **details, by=by)
        return _just_taken(request, patient, Asked.as_chosen(chosen), chosen.start, now=now)
    except (actions.NotOffered, actions.HoldReleased) as refusal:
        actions.keep_details(appointment=chosen, **details, by=by)
        return _choose_again(request, patient, Asked.as_chosen(chosen), str(refusal), status=409)
    return redirect("booking:done")


def _hold_anew(patient: Patient, chosen: Appointment, *, now: datetime) -> Appointment:
    return actions.hold(
        patient=patient,
        clinician=chosen.clinician,
        start=chosen.start,
        mode=chosen.mode,
        location=chosen.location,
        time_zone=chosen.time_zone,
        by=actors.patient(patient.pk),
        now=now,
    )


def _choose_again(request: HttpRequest, patient: Patient, asked: Asked, why: str, *, status: int) -> HttpResponse:
    """The page to choose a time, with one sentence that says why we are back here."""
    now = timezone.now()
    slots = _offers(patient, now)
    form = ChooseForm({"slot": now.isoformat()})
    form.add_error("slot", f"{why} Choose a time.")
    return _choose_page(request, slots, asked, form, now=now, status=status)


def _details_known(patient: Patient) -> dict[str, Any]:
    """What they told us for an earlier time, or only the number of their form."""
    told = patient.appointments.exclude(reminders="").order_by("created_at").last()
    if told is None:
        return {"phone": patient.phone}
    return {"phone": told.phone, "reminders": told.reminders, "needs": told.needs}


def _check_page(request: HttpRequest, chosen: Appointment, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    context = {"visit": visit_presenters.visit(chosen), "form": form}
    return render(request, "booking/check.html", context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
