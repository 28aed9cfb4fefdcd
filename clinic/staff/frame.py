"""The frame of every staff page: one permission, the clinic's time, the pages this person may open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.allow import only
from clinic.accounts.permissions import Permission
from clinic.reviews import worklist
from clinic.staff import urgent_lines

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]
READ: Final = ("GET", "HEAD")
MOST_COUNTED: Final = 99
PAGES: Final = (
    (Permission.SEE_WORKLIST, "staff:worklist", "Worklist"),
    (Permission.ACKNOWLEDGE, "staff:urgent", "Urgent"),
    (Permission.BOOK_FOR_PATIENT, "staff:find_slot", "Find a time"),
    (Permission.SEE_TASKS, "staff:tasks", "Tasks"),
    (Permission.SEE_CALENDAR, "staff:calendar", "Calendar"),
    (Permission.MARK_VISIT, "staff:no_shows", "To mark"),
    (Permission.SET_HOURS, "staff:hours", "Hours"),
    (Permission.MANAGE_PEOPLE, "staff:people", "People"),
    (Permission.SEE_DELIVERY, "staff:messages", "Messages"),
    (Permission.SEE_AUDIT, "staff:audit", "Audit"),
    (Permission.SEE_OUTBOX, "staff:outbox", "Outbox"),
)
"""What the bar leads to, in order; the first that somebody may open is where they begin."""
COUNTED: Final[dict[str, Callable[[HttpRequest], int]]] = {
    "staff:worklist": lambda request: worklist.how_many(limit=MOST_COUNTED),
    "staff:urgent": lambda request: urgent_lines.alarm_for(request).waiting,
}
"""Pages whose link says how many wait there."""


def page(permission: Permission, *methods: str) -> Callable[[View[Params]], View[Params]]:
    """A staff page: who may open it, and how it may be asked for.

    Args:
        permission: the one that it needs.
        methods: the HTTP methods it answers; reading when left out.
    """
    answers = methods or READ

    def guard(view: View[Params]) -> View[Params]:
        @only(permission)
        @wraps(view)
        def in_clinic_time(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            if request.method not in answers:
                return HttpResponseNotAllowed(answers)
            with timezone.override(ZoneInfo(settings.CLINIC_TIME_ZONE)):
                return view(request, *args, **kwargs)

        return in_clinic_time

    return guard


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A staff page with its bar."""
    return render(request, f"staff/{template}", {**context, "staff_nav": bar(request)}, status=status)


def pages_for(request: HttpRequest) -> list[tuple[str, str]]:
    """The pages this person may open, as URL names and labels."""
    shown = [each for each in PAGES if request.user.may(each[0])]
    return [(name, label) for _, name, label in shown if name != "staff:outbox" or not settings.IS_PRODUCTION]


def bar(request: HttpRequest) -> list[dict[str, Any]]:
    """The links of the bar; two of them say how many wait."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"url": reverse(name), "label": label, "current": name == here, "count": _count(request, name)}
        for name, label in pages_for(request)
    ]


def _count(request: HttpRequest, name: str) -> str:
    if name not in COUNTED:
        return ""
    waiting = COUNTED[name](request)
    return f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else str(waiting or "")
