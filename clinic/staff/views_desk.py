"""Staff pages of the front desk: who calls, the times that fit what they say, and keeping one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import actions as booking
from clinic.booking import allowed, desk, said, waiting
from clinic.booking.may_be_booked import may_be_booked
from clinic.booking.models import Appointment
from clinic.patients import finding
from clinic.patients.models import Patient
from clinic.staff import actions
from clinic.staff.desk_forms import FindForm, WhenForm
from clinic.staff.frame import READ, page, show

MOST_WAITING = 100
NOT_A_TIME = "Choose one of these times"
TAKEN = "Somebody else has that time now"


@page(Permission.BOOK_FOR_PATIENT, *READ, "POST")
def find_slot(request: HttpRequest) -> HttpResponse:
    """Who calls, and when they could come; one patient who fits opens at once."""
    if request.method != "POST":
        return show(request, "find_slot.html", form=FindForm(initial={"when": request.GET.get("when", "")}))
    form = FindForm(request.POST)
    if not form.is_valid():
        return show(request, "find_slot.html", form=form, status=422)
    try:
        found = finding.find(form.cleaned_data["who"])
    except finding.NotToSearchFor as refusal:
        form.add_error("who", str(refusal))
        return show(request, "find_slot.html", form=form, status=422)
    shown = [each.reference for each in found.patients]
    actions.look_over(page="find_slot", shown=shown, by=request.user.actor, asked=[f"by={found.by}"])
    if len(shown) == 1:
        return redirect(address(shown[0], form.cleaned_data["when"]))
    callers = [(each, address(each.reference, form.cleaned_data["when"])) for each in found.patients]
    return show(request, "find_slot.html", form=form, callers=callers, has_more=found.has_more, asked=True)


@page(Permission.BOOK_FOR_PATIENT)
def book_for(request: HttpRequest, reference: str) -> HttpResponse:
    """One patient, whether they may be booked, and the times that fit what they say."""
    return times_page(request, person_of(reference))


@page(Permission.BOOK_FOR_PATIENT, "POST")
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a time for ten minutes while its details are asked for."""
    person = person_of(reference)
    chosen = desk.chosen(request.POST.get("slot", ""))
    if chosen is None:
        return times_page(request, person, problem=NOT_A_TIME, status=422)
    try:
        held = booking.hold(
            patient=person,
            clinician=chosen.clinician,
            start=chosen.start,
            mode=chosen.mode,
            location=chosen.location,
            moves=moving_in(request, person),
            by=request.user.actor,
            now=timezone.now(),
        )
    except booking.SlotTaken:
        return times_page(request, person, problem=TAKEN, over=request.POST["slot"], status=409)
    except (booking.NotOffered, booking.NotMovable) as refusal:
        return times_page(request, person, problem=str(refusal), status=409)
    except (allowed.NotAllowedToBook, allowed.AlreadyBooked):
        return times_page(request, person, problem="This was not booked", status=409)
    return redirect("staff:confirm", person.reference, held.pk)


@page(Permission.BOOK_FOR_PATIENT)
def waitlist(request: HttpRequest) -> HttpResponse:
    """Who waits for a time, the longest first; freed times are offered by themselves."""
    lines = [desk.waiting_line(each) for each in waiting.everybody(most=MOST_WAITING)]
    actions.look_over(page="waitlist", shown=[each.reference for each in lines], by=request.user.actor)
    rows = [(each, address(each.reference, each.say[: said.LONGEST])) for each in lines]
    return show(request, "waiting.html", rows=rows, most=MOST_WAITING)


def times_page(
    request: HttpRequest, person: Patient, *, problem: str = "", over: str = "", status: int = 200
) -> HttpResponse:
    """The page of one patient; `over` is a time that was just taken, which can be overbooked."""
    now = timezone.now()
    actions.see_booking(patient=person, by=request.user.actor)
    may, caller, moving = may_be_booked(person, now=now), desk.caller(person, now=now), moving_in(request, person)
    words = _asked(request, "when")[: said.LONGEST + 1]
    can_choose = may.is_open and (moving is not None or not caller.coming)
    told: dict[str, Any] = {"times": desk.times(person, words, now=now)} if can_choose else {}
    told |= {"form": WhenForm(initial={"when": words}), "words": words, "may": may, "caller": caller, "moving": moving}
    told |= {"coming": [(each, desk.short(each.start, each.time_zone)) for each in caller.coming], "over": over}
    return show(request, "book.html", problem=problem, error_title=bool(problem), status=status, **told)


def moving_in(request: HttpRequest, person: Patient) -> Appointment | None:
    """The appointment that is to be moved, if the address or the form names one of theirs that is still to come."""
    named = _asked(request, "move")
    return to_come(person, timezone.now()).filter(reference=named).first() if named else None


def to_come(person: Patient, now: datetime) -> Any:
    """Appointments of a patient that have not begun."""
    booked = person.appointments.filter(state=Appointment.State.BOOKED, during__startswith__gt=now)
    return booked.select_related("clinician", "patient")


def person_of(reference: str) -> Patient:
    """The patient of a reference."""
    return get_object_or_404(Patient, reference=reference)


def address(reference: str, words: str, **others: str) -> str:
    """The page of one patient, with what they said."""
    asked = {name: value for name, value in {"when": words, **others}.items() if value}
    return reverse("staff:book_for", args=[reference]) + (f"?{urlencode(asked)}" if asked else "")


def _asked(request: HttpRequest, name: str) -> str:
    return str((request.POST if request.method == "POST" else request.GET).get(name, ""))
