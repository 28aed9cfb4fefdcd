"""After a time is booked: what happens next, the calendar file, cancelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actors
from clinic.booking import actions, visit_presenters
from clinic.booking.cannot_keep import said_to_patient
from clinic.booking.forms import CancelForm
from clinic.booking.ics import calendar_file, method_of
from clinic.booking.models import Appointment
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient

State = Appointment.State
LATE: Final = timedelta(hours=2)


def _latest(patient: Patient, *states: str) -> Appointment | None:
    rows = patient.appointments.filter(state__in=states).select_related("clinician", "patient")
    return rows.order_by("booked_at").last()


@require_safe
@session.of_patient
def done(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What is booked, made only from what is stored."""
    booked, now = _latest(patient, State.BOOKED), timezone.now()
    if booked is None or booked.end <= now:
        return redirect("booking:choose")
    context = {
        "visit": visit_presenters.visit(booked),
        "joins_at": visit_presenters.joins_at(booked, now),
        "called_off": said_to_patient(booked, now=now),
    }
    return render(request, "booking/done.html", context)


@require_safe
@session.of_patient
def calendar(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The calendar file of what is booked; after cancelling, the one that takes it out of the calendar."""
    appointment = _latest(patient, State.BOOKED, State.CANCELLED)
    if appointment is None:
        raise Http404
    kind = f"text/calendar; charset=utf-8; method={method_of(appointment)}"
    response = HttpResponse(calendar_file(appointment), content_type=kind)
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def cancel(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep it, or cancel it; until it starts it is never too late."""
    now = timezone.now()
    booked = _latest(patient, State.BOOKED)
    if request.method != "POST":
        if booked is None or booked.start <= now:
            return redirect("booking:choose")
        return _cancel_page(request, booked, CancelForm(initial={"appointment": booked.pk}))
    form = CancelForm(request.POST)
    if not form.is_valid() and booked is not None and "reason" in form.errors:
        return _cancel_page(request, booked, form, status=422)
    meant = form.cleaned_data.get("appointment")
    appointment = patient.appointments.filter(pk=meant, booked_at__isnull=False).first() if meant else None
    if appointment is None:
        if meant:
            patient_actions.refuse(patient=patient, subject=f"appointment:{meant}", by=actors.patient(patient.pk))
        raise Http404
    try:
        actions.cancel(
            appointment=appointment, reason=form.cleaned_data.get("reason", ""), by=actors.patient(patient.pk), now=now
        )
    except actions.NotCancellable as refusal:
        context = {"visit": visit_presenters.visit(appointment), "why": str(refusal)}
        return render(request, "booking/cancel.html", context, status=409)
    return redirect("booking:cancelled")


def _cancel_page(request: HttpRequest, booked: Appointment, form: CancelForm, *, status: int = 200) -> HttpResponse:
    context = {
        "visit": visit_presenters.visit(booked),
        "form": form,
        "is_late": booked.start - timezone.now() < LATE,
    }
    return render(request, "booking/cancel.html", context, status=status)


@require_safe
@session.of_patient
def cancelled(request: HttpRequest, patient: Patient) -> HttpResponse:
    """It is cancelled, and how to choose another time."""
    appointment = _latest(patient, State.BOOKED, State.CANCELLED)
    if appointment is None or appointment.state != State.CANCELLED:
        return redirect("booking:choose")
    return render(request, "booking/cancelled.html", {"visit": visit_presenters.visit(appointment)})
