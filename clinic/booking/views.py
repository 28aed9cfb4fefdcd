"""Choosing a time, for a new appointment or in the place of the one they have: find, allow, act, answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, allowed, find, presenters, taking, visit_presenters, zones
from clinic.booking.asked import Asked
from clinic.booking.find import Slot
from clinic.booking.forms import ChooseForm
from clinic.booking.models import Appointment
from clinic.patients import session
from clinic.patients.models import Patient

View = Callable[..., HttpResponse]
PatientView = Callable[[HttpRequest, Patient], HttpResponse]
READ_OR_SEND: Final = ["GET", "HEAD", "POST"]
LONGEST_SEARCH: Final = 60


@dataclass(frozen=True, slots=True)
class Choosing:
    """One request to choose a time: whose, when it was made, and the appointment it moves, if it moves one."""

    request: HttpRequest
    patient: Patient
    now: datetime
    moving: Appointment | None = None

    @property
    def check_page(self) -> str:
        """The page that comes next."""
        return "booking:move_check" if self.moving else "booking:check"

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page that knows what is moved."""
        moving = visit_presenters.visit(self.moving) if self.moving else None
        return render(self.request, template, {**context, "moving": moving}, status=status)


Step = Callable[[Choosing], HttpResponse]


def coming(patient: Patient, now: datetime) -> Appointment | None:
    """The appointment they can move or cancel: booked, and not begun."""
    booked = patient.appointments.filter(state=Appointment.State.BOOKED, during__startswith__gt=now)
    return booked.select_related("clinician", "patient").order_by("booked_at").last()


def if_allowed(view: PatientView) -> PatientView:
    """Who has an appointment sees that; who may not book sees what it waits for, never an empty calendar."""

    @wraps(view)
    def answered(request: HttpRequest, patient: Patient) -> HttpResponse:
        try:
            return view(request, patient)
        except allowed.AlreadyBooked:
            return redirect("booking:done")
        except allowed.NotAllowedToBook as refusal:
            kept = coming(patient, timezone.now())
            return render(request, "booking/not_yet.html", {"waits_for": refusal.waits_for, "kept": kept})

    return answered


def to_book(step: Step) -> View:
    """A page on the way to an appointment."""

    @require_http_methods(READ_OR_SEND)
    @session.of_patient
    @if_allowed
    @wraps(step)
    def answered(request: HttpRequest, patient: Patient) -> HttpResponse:
        return step(Choosing(request, patient, timezone.now()))

    return answered


def to_move(step: Step) -> View:
    """The same page on the way to another time for the appointment they have, which stays theirs until they confirm."""

    @require_http_methods(READ_OR_SEND)
    @session.of_patient
    @if_allowed
    @wraps(step)
    def answered(request: HttpRequest, patient: Patient) -> HttpResponse:
        now = timezone.now()
        moving = coming(patient, now)
        return step(Choosing(request, patient, now, moving)) if moving else redirect("booking:choose")

    return answered


def _choose(at: Choosing) -> HttpResponse:
    """Times to choose from; choosing one keeps it for some minutes and goes on to its details."""
    asked = asked_in(at.request, at.patient)
    if at.request.method != "POST":
        return choose_page(at, asked, ChooseForm())
    form = ChooseForm(at.request.POST)
    if not form.is_valid():
        return choose_page(at, asked, form, status=422)
    return _hold(at, asked, form)


choose = to_book(_choose)
move = to_move(_choose)


def _hold(at: Choosing, asked: Asked, form: ChooseForm) -> HttpResponse:
    """Hold the chosen time with whoever of the clinicians has it free; all of them taken is "someone just took it"."""
    start = form.cleaned_data["slot"]
    fitting = [slot for slot in offers(at, only=start) if slot.way == asked.way]
    if not fitting:
        form.add_error("slot", taking.PASSED if start <= at.now else taking.NOT_OFFERED)
        return choose_page(at, asked, form, status=422)
    for slot in fitting:
        try:
            _hold_slot(at, slot, asked.zone)
        except actions.SlotTaken:
            continue
        except (actions.NotOffered, actions.NotMovable) as refusal:
            form.add_error("slot", str(refusal))
            return choose_page(at, asked, form, status=422)
        return redirect(at.check_page)
    return just_taken(at, asked, start)


def _hold_slot(at: Choosing, slot: Slot, zone: str) -> Appointment:
    return actions.hold(
        patient=at.patient,
        clinician=User.objects.get(pk=slot.clinician_id),
        start=slot.start,
        mode=slot.mode,
        location=slot.location,
        time_zone=zone,
        moves=at.moving,
        by=actors.patient(at.patient.pk),
        now=at.now,
    )


def just_taken(at: Choosing, asked: Asked, start: datetime) -> HttpResponse:
    """The same page, asked for anew, with the closest three times first."""
    form = ChooseForm({"slot": start.isoformat()})
    told = {"clock": zones.clock(start, asked.zone)}
    form.add_error("slot", _("Someone just took %(clock)s. Here are the closest times.") % told)
    return choose_page(at, asked, form, near=start, status=409)


def choose_again(at: Choosing, asked: Asked, why: str, *, status: int) -> HttpResponse:
    """The page to choose a time, with one sentence that says why we are back here."""
    form = ChooseForm({"slot": at.now.isoformat()})
    form.add_error("slot", _("%(why)s Choose a time.") % {"why": why})
    return choose_page(at, asked, form, status=status)


def choose_page(
    at: Choosing,
    asked: Asked,
    form: ChooseForm,
    *,
    near: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page to choose a time."""
    page = presenters.choose_page(offers(at), asked, now=at.now, near=near)
    return at.page("booking/choose.html", {"page": page, "form": form}, status)


def asked_in(request: HttpRequest, patient: Patient) -> Asked:
    """What the address, or the form that was sent, asks for."""
    given = request.POST if request.method == "POST" else request.GET
    zone = given.get("zone", "")
    return Asked(
        way=given.get("mode", ""),
        day=given.get("day", ""),
        zone=zone if zones.is_known(zone) else zones.of_patient(patient),
    )


def offers(at: Choosing, *, only: datetime | None = None) -> list[Slot]:
    """The times this patient is offered, or one of them, taken ones included; none that overlaps the one they move."""
    until = allowed.to_book(at.patient, now=at.now, moving=at.moving).until
    if only is not None:
        until = min(filter(None, (until, only + timedelta(microseconds=1))))
    slots = find.slots(patient_region=at.patient.region, now=at.now, since=only, until=until, patient_id=at.patient.pk)
    if at.moving is None:
        return slots
    return [slot for slot in slots if slot.end <= at.moving.start or at.moving.end <= slot.start]


@require_safe
@session.of_patient
def time_zone(request: HttpRequest, patient: Patient) -> HttpResponse:
    """American time zones first, then a search for any other."""
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    asked = asked_in(request, patient)
    now = timezone.now()
    context = {
        "american": visit_presenters.zone_choices(zones.US_ZONES.items(), asked, now=now),
        "found": visit_presenters.zone_choices(zones.search(words), asked, now=now),
        "words": words,
        "asked": asked,
        "back_query": asked.query(),
        "is_move": "move" in request.GET,
    }
    return render(request, "booking/time_zone.html", context)
