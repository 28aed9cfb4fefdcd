"""Staff pages that end a call: the details of a time that is kept, and a taken time that is booked all the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import actions as booking
from clinic.booking import allowed, desk, overbook_actions, reminders, visit_actions, visit_presenters, zones
from clinic.booking.may_be_booked import may_be_booked
from clinic.booking.models import Appointment, Mode
from clinic.patients.models import Patient
from clinic.staff import actions
from clinic.staff.desk_forms import MoveForm, OverbookForm, VisitForm, known_details
from clinic.staff.frame import READ, page, show
from clinic.staff.views_desk import NOT_A_TIME, person_of, times_page

State = Appointment.State
NOT_BOOKED = "This was not booked"
FREE_NOW = "That time is free now: choose it like any other"
TWICE = "That time is booked twice already, or they have something else then"


@page(Permission.BOOK_FOR_PATIENT, *READ, "POST")
def confirm(request: HttpRequest, reference: str, hold_id: UUID) -> HttpResponse:
    """The details of a time that is kept; "Book this time" books it, or moves an appointment to it."""
    person = person_of(reference)
    held = get_object_or_404(person.appointments.select_related("clinician", "patient", "moves"), pk=hold_id)
    if held.state == State.BOOKED:
        return redirect("staff:appointment", held.reference)
    if held.state not in (State.HELD, State.OFFERED):
        return times_page(request, person, problem=booking.GONE, status=409)
    heard = held.moves or held
    known = _details_known(person, held.moves)
    known |= {"note": heard.note or "", "agreed_on_phone": heard.agreed_on_phone}
    form = (MoveForm if held.moves else VisitForm)(
        request.POST if request.method == "POST" else None,
        mode=held.mode,
        reminders=reminders.open_to(person),
        initial=known,
    )
    if request.method != "POST" or not form.is_valid():
        return _confirm_page(request, held, form)
    return _book(request, held, form)


def _book(request: HttpRequest, held: Appointment, form: VisitForm) -> HttpResponse:
    by, now, told = request.user.actor, timezone.now(), form.cleaned_data
    details = {name: told[name] for name in ("phone", "reminders", "needs")}
    visit_actions.note_down(appointment=held.moves or held, **form.heard, by=by)
    try:
        if held.moves:
            booked = booking.move(to=held, **details, reason=told["reason"], by=by, now=now)
        else:
            booked = booking.book(appointment=held, **details, by=by, now=now)
    except (booking.HoldReleased, booking.NotOffered, booking.NotMovable) as refusal:
        return times_page(request, held.patient, problem=str(refusal), status=409)
    except (allowed.NotAllowedToBook, allowed.AlreadyBooked):
        return times_page(request, held.patient, problem=NOT_BOOKED, status=409)
    just = "moved" if held.moves else "booked"
    return redirect(reverse("staff:appointment", args=[booked.reference]) + f"?just={just}")


def _confirm_page(request: HttpRequest, held: Appointment, form: VisitForm) -> HttpResponse:
    now = timezone.now()
    actions.see_booking(patient=held.patient, by=request.user.actor)
    return show(
        request,
        "confirm.html",
        status=422 if form.is_bound else 200,
        caller=desk.caller(held.patient, now=now),
        held=held,
        visit=visit_presenters.visit(held),
        moving=visit_presenters.visit(held.moves) if held.moves else None,
        form=form,
        kept_until=held.held_until if held.held_until > now else None,
    )


@page(Permission.BOOK_FOR_PATIENT, *READ, "POST")
def overbook(request: HttpRequest, reference: str) -> HttpResponse:
    """Book a time that somebody has, with a reason that all of the staff see."""
    person = person_of(reference)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = desk.chosen(sent.get("slot", ""))
    if chosen is None:
        return times_page(request, person, problem=NOT_A_TIME, status=422)
    form = OverbookForm(
        request.POST if request.method == "POST" else None,
        mode=chosen.mode,
        reminders=reminders.open_to(person),
        initial=_details_known(person, None),
    )
    if request.method != "POST" or not form.is_valid():
        return _overbook_page(request, person, chosen, form)
    return _take(request, person, chosen, form)


def _take(request: HttpRequest, person: Patient, chosen: desk.Chosen, form: OverbookForm) -> HttpResponse:
    told = {name: form.cleaned_data[name] for name in ("reason", "phone", "reminders", "needs")}
    try:
        booked = overbook_actions.overbook(
            patient=person,
            clinician=chosen.clinician,
            start=chosen.start,
            mode=chosen.mode,
            location=chosen.location,
            by=request.user.actor,
            now=timezone.now(),
            **told,
        )
    except overbook_actions.NotNeeded:
        return times_page(request, person, problem=FREE_NOW, status=409)
    except booking.SlotTaken:
        return times_page(request, person, problem=TWICE, status=409)
    except booking.NotOffered as refusal:
        return times_page(request, person, problem=str(refusal), status=409)
    except (allowed.NotAllowedToBook, allowed.AlreadyBooked):
        return times_page(request, person, problem=NOT_BOOKED, status=409)
    visit_actions.note_down(appointment=booked, **form.heard, by=request.user.actor)
    return redirect(reverse("staff:appointment", args=[booked.reference]) + "?just=booked")


def _overbook_page(request: HttpRequest, person: Patient, chosen: desk.Chosen, form: OverbookForm) -> HttpResponse:
    now, zone = timezone.now(), zones.of_patient(person)
    others = Appointment.objects.in_the_way(now).filter(clinician=chosen.clinician, during__contains=chosen.start)
    others = list(others.select_related("patient"))
    actions.see_booking(patient=person, by=request.user.actor)
    actions.look_over(page="overbook", shown=[each.reference for each in others], by=request.user.actor)
    return show(
        request,
        "overbook.html",
        status=422 if form.is_bound else 200,
        caller=desk.caller(person, now=now),
        may=may_be_booked(person, now=now),
        when=desk.short(chosen.start, zone),
        at_clinic=desk.at_clinic(chosen.start, zone),
        clinician=chosen.clinician.name,
        how=Mode(chosen.mode).label,
        others=others,
        slot=request.POST.get("slot") or request.GET.get("slot"),
        form=form,
    )


def _details_known(person: Patient, moving: Appointment | None) -> dict[str, Any]:
    told = moving or person.appointments.exclude(reminders="").order_by("created_at").last()
    return known_details(told, person.phone, reminders.open_to(person))
