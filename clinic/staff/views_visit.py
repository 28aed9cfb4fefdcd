"""Staff pages about one appointment: what is known of it, a note, whether they met, and cancelling it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import actions as booking
from clinic.booking import answered, desk, visit_actions, visit_presenters
from clinic.booking.cannot_keep import last_word
from clinic.booking.displaced import on_hold
from clinic.booking.models import Appointment
from clinic.booking.models.appointments import OVER
from clinic.booking.words import CANCEL_REASONS, STAFF_REASONS, needs_in_words
from clinic.staff import actions, tell_lines
from clinic.staff.desk_forms import NoteForm, ReasonForm
from clinic.staff.frame import page, show

State = Appointment.State
MOST_SHOWN = 60
JUST = {
    "booked": "Booked. We write to the patient now.",
    "moved": "Moved. We write to the patient now.",
    "cancelled": "Cancelled. We write to the patient now.",
    "arrived": "You said that they are here.",
    "left": "You said that they left early.",
    "noted": "The note is kept.",
    "came": "You said that they met.",
    "missed": "You said that nobody came.",
}
"""What was done a moment ago, in words."""


@page(Permission.SEE_CALENDAR)
def appointment(request: HttpRequest, reference: str) -> HttpResponse:
    """One appointment."""
    return _page(request, _found(reference), ReasonForm())


@page(Permission.MARK_VISIT, "POST")
def came(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that patient and clinician met."""
    return _mark(request, reference, visit_actions.complete, "came")


@page(Permission.MARK_VISIT, "POST")
def missed(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the patient did not come."""
    return _mark(request, reference, visit_actions.miss, "missed")


@page(Permission.MARK_VISIT, "POST")
def arrived(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the patient is here."""
    return _mark(request, reference, visit_actions.arrive, "arrived")


@page(Permission.MARK_VISIT, "POST")
def left(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the patient left before the end."""
    return _mark(request, reference, visit_actions.leave_early, "left")


@page(Permission.BOOK_FOR_PATIENT, "POST")
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a note about the visit, in the place of the one before."""
    found, form = _found(reference), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, ReasonForm(), note_form=form, status=422)
    visit_actions.note_down(
        appointment=found,
        note=form.cleaned_data["note"],
        agreed_on_phone=found.agreed_on_phone,
        by=request.user.actor,
    )
    return _back(request, found, "noted")


@page(Permission.BOOK_FOR_PATIENT, "POST")
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel an appointment for its patient or the clinic, with a reason."""
    found, form = _found(reference), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        booking.cancel(appointment=found, reason=form.cleaned_data["reason"], by=request.user.actor, now=timezone.now())
    except booking.NotCancellable as refusal:
        return _page(request, _found(reference), ReasonForm(), problem=str(refusal), status=409)
    return _back(request, found, "cancelled")


@page(Permission.MARK_VISIT)
def no_shows(request: HttpRequest) -> HttpResponse:
    """Visits that have ended and of which nobody has said yet whether they took place, however long ago.

    What follows from a visit is promised once it is marked, so none may leave this page by itself.
    """
    ended = Appointment.objects.filter(state=State.BOOKED, during__endswith__lte=timezone.now())
    rows = list(ended.select_related("patient", "clinician").order_by("during")[:MOST_SHOWN])
    actions.look_over(page="no_shows", shown=[each.reference for each in rows], by=request.user.actor)
    return show(request, "no_shows.html", rows=rows, more=ended.count() - len(rows))


def _mark(request: HttpRequest, reference: str, verb: object, just: str) -> HttpResponse:
    found = _found(reference)
    try:
        verb(appointment=found, by=request.user.actor, now=timezone.now())  # type: ignore[operator]
    except visit_actions.NotToBeMarked as refusal:
        return _page(request, found, ReasonForm(), problem=str(refusal), status=409)
    if request.POST.get("back") == "no_shows":
        return redirect("staff:no_shows")
    return _back(request, found, just)


def _back(request: HttpRequest, found: Appointment, just: str) -> HttpResponse:
    return redirect(reverse("staff:appointment", args=[found.reference]) + f"?just={just}")


def _page(
    request: HttpRequest,
    found: Appointment,
    form: ReasonForm,
    *,
    note_form: NoteForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    now, may = timezone.now(), request.user.may
    actions.see_booking(patient=found.patient, by=request.user.actor)
    is_coming = found.state == State.BOOKED and found.start > now
    said_by_text = answered.answered([found]).get(found.pk, "")
    can_mark = found.start <= now and found.state in (State.BOOKED, *OVER)
    return show(
        request,
        "appointment.html",
        status=status,
        problem=problem,
        error_title=bool(problem),
        each=found,
        state=answered.code_of(found, said_by_text),
        answer=answered.IN_WORDS.get(said_by_text, ""),
        visit=visit_presenters.visit(found),
        caller=desk.caller(found.patient, now=now),
        needs=needs_in_words(found.needs),
        on_hold=on_hold([found], now=now).get(found.pk, ""),
        told=tell_lines.in_words(said) if (said := last_word(found)) else "",
        why_cancelled=({**CANCEL_REASONS, **STAFF_REASONS}).get(found.cancel_reason, ""),
        form=form,
        just=JUST.get(request.GET.get("just", ""), ""),
        may_change=is_coming and may(Permission.BOOK_FOR_PATIENT),
        may_note=may(Permission.BOOK_FOR_PATIENT) and found.state == State.BOOKED,
        note_form=note_form or NoteForm(initial={"note": found.note}),
        may_say_here=visit_actions.may_arrive(found, now) and may(Permission.MARK_VISIT),
        may_mark=can_mark and may(Permission.MARK_VISIT),
        meets_at=visit_presenters.address_of(found),
    )


def _found(reference: str) -> Appointment:
    rows = Appointment.objects.select_related("patient", "clinician").exclude(state__in=[State.RELEASED, State.MOVED])
    return get_object_or_404(rows, reference=reference)
