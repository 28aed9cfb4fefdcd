"""The staff page of a course of treatment: a session is recorded with its form, a course is ended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.patients.models import Patient
from clinic.staff import glass
from clinic.staff.actions import see_patient
from clinic.staff.care_team import is_on_team, open_until
from clinic.staff.frame import READ, page, show
from clinic.staff.glass_form import GlassForm
from clinic.staff.session_form import SessionForm
from clinic.treatment import actions
from clinic.treatment.models import Course, Session

RECORDED = (
    "This session is on the record with other values, and stays as it was recorded. "
    "To correct it, write a note. For another session, open this page anew"
)

NOT_OVER = "That is later than now. Record the session on its day, once they are ready to leave"


@page(Permission.DECIDE, "GET", "HEAD", "POST")
def treatment(request: HttpRequest, reference: str) -> HttpResponse:
    """The sessions there were, and the form of the next one."""
    person = get_object_or_404(Patient, reference=reference)
    if not _is_open(request, person):
        return glass.closed(request, person, GlassForm(), status=200 if request.method in READ else 403)
    form = SessionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            actions.record_session(patient=person, by=request.user.actor, now=now, **form.session(now))
            return redirect("staff:treatment", person.reference)
        except actions.OtherMedicine:
            form.add_error("medicine", "A course of another medicine is open. End it first")
        except actions.NotOver:
            form.add_error("left", NOT_OVER)
        except actions.RecordedDifferently:
            form.add_error(None, RECORDED)
    see_patient(patient=person, by=request.user.actor)
    sessions = Session.objects.filter(course__patient=person).select_related("course", "recorded_by")
    course = Course.objects.filter(patient=person, ended_at__isnull=True).first()
    return show(
        request,
        "treatment.html",
        status=409 if form.non_field_errors() else 422 if form.errors else 200,
        person=person,
        form=form,
        course=course,
        medicine=Course.Medicine(course.medicine).label if course else "",
        sessions=sessions.order_by("-began_at")[:50],
    )


@page(Permission.DECIDE, "POST")
def end_course(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the course is over."""
    person = get_object_or_404(Patient, reference=reference)
    if not _is_open(request, person):
        return glass.closed(request, person, GlassForm(), status=403)
    course = Course.objects.filter(patient=person, ended_at__isnull=True).first()
    if course is not None:
        actions.end_course(course=course, by=request.user.actor, now=timezone.now())
    return redirect("staff:treatment", person.reference)


def _is_open(request: HttpRequest, person: Patient) -> bool:
    return is_on_team(request.user, person) or open_until(request.user, person) is not None
