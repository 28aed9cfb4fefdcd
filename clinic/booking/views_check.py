"""Checking the details of a time that is kept, and booking it, or moving an appointment to it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from clinic.audit import actors
from clinic.booking import actions, allowed, reminders, visit_presenters
from clinic.booking.asked import Asked
from clinic.booking.forms import DetailsForm
from clinic.booking.models import Appointment
from clinic.booking.views import Choosing, asked_in, choose_again, just_taken, to_book, to_move
from clinic.patients.models import Patient

OPEN: Final = (Appointment.State.HELD, Appointment.State.RELEASED)
"""A time whose details can be checked: a hold that was let go is still booked, if nobody took it meanwhile."""
DETAILS: Final = ("phone", "reminders", "needs")


def _check(at: Choosing) -> HttpResponse:
    """The details of the time that is kept; "Book this time" books it, "Move to this time" moves what they have."""
    rows = at.patient.appointments.select_related("clinician", "patient").order_by("created_at")
    rows = rows.filter(moves=at.moving) if at.moving else rows.filter(moves=None)
    if at.request.method != "POST":
        return _show(at, rows.last())
    chosen = rows.filter(pk=uuid_in(at.request.POST.get("appointment", ""))).first()
    if chosen is None:
        return choose_again(at, asked_in(at.request, at.patient), actions.GONE, status=422)
    form = DetailsForm(at.request.POST, mode=chosen.mode, reminders=reminders.open_to(at.patient))
    if not form.is_valid():
        return _check_page(at, chosen, form, status=422)
    return _confirm(at, chosen, {name: form.cleaned_data[name] for name in DETAILS})


check = to_book(_check)
move_check = to_move(_check)


def _show(at: Choosing, latest: Appointment | None) -> HttpResponse:
    allowed.to_book(at.patient, now=at.now, moving=at.moving)
    if latest is None or latest.state not in OPEN or latest.start <= at.now:
        return redirect("booking:move" if at.moving else "booking:choose")
    known = _details_of(at.moving) if at.moving else details_known(at.patient)
    form = DetailsForm(
        mode=latest.mode,
        reminders=reminders.open_to(at.patient),
        initial={"appointment": latest.pk, **known},
    )
    return _check_page(at, latest, form)


def _confirm(at: Choosing, chosen: Appointment, details: dict[str, Any]) -> HttpResponse:
    """Book it or move to it; when its hold was let go meanwhile and nobody took the time, hold it again first."""
    by, asked = actors.patient(at.patient.pk), Asked.as_chosen(chosen)
    try:
        try:
            _act(at, chosen, details)
        except actions.HoldReleased:
            _act(at, _hold_anew(at, chosen), details)
    except actions.SlotTaken:
        actions.keep_details(appointment=chosen, **details, by=by)
        return just_taken(at, asked, chosen.start)
    except (actions.NotOffered, actions.HoldReleased, actions.NotMovable) as refusal:
        actions.keep_details(appointment=chosen, **details, by=by)
        return choose_again(at, asked, str(refusal), status=409)
    return redirect("booking:done")


def _act(at: Choosing, chosen: Appointment, details: dict[str, Any]) -> Appointment:
    by = actors.patient(at.patient.pk)
    if at.moving:
        return actions.move(to=chosen, **details, by=by, now=at.now)
    return actions.book(appointment=chosen, **details, by=by, now=at.now)


def _hold_anew(at: Choosing, chosen: Appointment) -> Appointment:
    return actions.hold(
        patient=at.patient,
        clinician=chosen.clinician,
        start=chosen.start,
        mode=chosen.mode,
        location=chosen.location,
        time_zone=chosen.time_zone,
        moves=at.moving,
        by=actors.patient(at.patient.pk),
        now=at.now,
    )


def details_known(patient: Patient) -> dict[str, Any]:
    """What they told us for an earlier time, or only the number of their form."""
    told = patient.appointments.exclude(reminders="").order_by("created_at").last()
    return _details_of(told) | {"phone": told.number_to_suggest()} if told else {"phone": patient.phone}


def _details_of(told: Appointment) -> dict[str, Any]:
    return {name: getattr(told, name) for name in DETAILS}


def _check_page(at: Choosing, chosen: Appointment, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    return at.page("booking/check.html", {"visit": visit_presenters.visit(chosen), "form": form}, status)


def uuid_in(text: str) -> UUID | None:
    """The id in what was sent, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
