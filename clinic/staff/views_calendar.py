"""The staff pages of the calendar: a day or a week as a table, and why a time is not free."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking.board import WEEK, Asked, board
from clinic.booking.why import Question, Reason, why_not
from clinic.staff.actions import look_over, see_booking
from clinic.staff.desk_forms import WhyForm, with_hours
from clinic.staff.frame import page, show
from clinic.web.places import LOCATIONS

FARTHEST_DAYS = 3660


@page(Permission.SEE_CALENDAR)
def calendar(request: HttpRequest) -> HttpResponse:
    """A day or a week of the clinic, by clinician or by place."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    on = _day(request.GET.get("day", ""), today)
    choices = _choices(request)
    asked = _asked(request, on, [value for value, _ in choices])
    shown = board(asked, zone=settings.CLINIC_TIME_ZONE, now=now)
    references = sorted({each.reference for each in shown.entries if each.reference})
    look_over(page="calendar", shown=references, by=request.user.actor)
    step = timedelta(days=WEEK if asked.view == "week" else 1)
    return show(
        request,
        "calendar.html",
        board=shown,
        asked=asked,
        choices=choices,
        is_today=on == today and asked.view == "day",
        previous=_query(asked, asked.first - step),
        following=_query(asked, asked.first + step),
        today=_query(asked, today),
        views=[(label, _query(asked, on, **changed), is_on) for label, changed, is_on in _views(asked)],
        zone=settings.CLINIC_TIME_ZONE,
        may_book=request.user.may(Permission.BOOK_FOR_PATIENT),
        may_feed=request.user.may(Permission.OWN_FEED),
    )


@page(Permission.SEE_CALENDAR)
def why(request: HttpRequest) -> HttpResponse:
    """Why a time is not free: every rule that excludes it, by name."""
    now, may_name = timezone.now(), request.user.may(Permission.BOOK_FOR_PATIENT)
    asked = {name: value for name, value in request.GET.items() if name in WhyForm.base_fields}
    form = WhyForm(asked or None, may_name_a_patient=may_name)
    if not asked or not form.is_valid():
        return show(request, "why.html", form=form, status=422 if asked else 200)
    told = form.cleaned_data
    question = Question(told["clinician"], told["start"], told["mode"], "", told.get("who"))
    reasons = why_not(question, now=now)
    _put_on_record(request, question, reasons)
    return show(request, "why.html", form=form, asked=question, reasons=reasons, person=told.get("who"))


def _put_on_record(request: HttpRequest, question: Question, reasons: list[Reason]) -> None:
    """Reasons name who has the time, and who it was asked for."""
    named = [each.about for each in reasons if each.about]
    look_over(page="why", shown=named, by=request.user.actor)
    if question.patient is not None:
        see_booking(patient=question.patient, by=request.user.actor)


def _asked(request: HttpRequest, on: date, known: list[str]) -> Asked:
    """What the address asks for; what makes no sense is a day by clinician."""
    view = "week" if request.GET.get("view") == "week" else "day"
    by = "location" if request.GET.get("by") == "location" else "clinician"
    which = request.GET.get("which", "")
    if view == "day":
        return Asked(on, view, by, "")
    return Asked(on - timedelta(days=on.weekday()), view, by, which if which in known else next(iter(known), ""))


def _choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The clinicians or places that a week can be shown of; somebody with hours sees their own week first."""
    if request.GET.get("by") == "location":
        return [(each["slug"], each["name"]) for each in LOCATIONS]
    rows = list(with_hours().values_list("pk", "name"))
    return [(str(who), name) for who, name in sorted(rows, key=lambda row: row[0] != request.user.pk)]


def _views(asked: Asked) -> list[tuple[str, dict[str, Any], bool]]:
    kinds = (("day", "clinician"), ("day", "location"), ("week", "clinician"), ("week", "location"))
    words = {"clinician": "by clinician", "location": "by place"}
    return [
        (
            f"{view.capitalize()} {words[by]}",
            {"view": view, "by": by, "which": ""},
            (view, by) == (asked.view, asked.by),
        )
        for view, by in kinds
    ]


def _query(asked: Asked, on: date, **changed: str) -> str:
    told = {"day": on.isoformat(), "view": asked.view, "by": asked.by, "which": asked.which, **changed}
    return "?" + urlencode({name: value for name, value in told.items() if value})


def _day(text: str, today: date) -> date:
    """The day in the address, or today when it is none that a calendar shows."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if abs((asked - today).days) <= FARTHEST_DAYS else today
