"""Staff pages about the day: tasks, the calendar, and the development outbox."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import calendar as booking_calendar
from clinic.followups import actions as followups
from clinic.staff import outbox, task_lines
from clinic.staff.actions import look_over
from clinic.staff.frame import page, show


@page(Permission.SEE_TASKS)
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for somebody to do it."""
    return _tasks_page(request)


@page(Permission.SEE_TASKS, "POST")
def done(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task; a task this person may not see is not there for them."""
    task = get_object_or_404(task_lines.open_tasks(request.user), pk=task_id)
    try:
        followups.close_task(
            follow_up=task, by=request.user.actor, now=timezone.now(), reason=request.POST.get("note", "").strip()
        )
    except followups.NotOpen:
        return _tasks_page(request, closed_before=True, status=409)
    return redirect("staff:tasks")


@page(Permission.SEE_CALENDAR)
def calendar(request: HttpRequest) -> HttpResponse:
    """One day of the clinic."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    on = _day(request.GET.get("day", ""), today)
    entries = booking_calendar.day(on, zone=settings.CLINIC_TIME_ZONE, now=now)
    look_over(page="calendar", shown=[each.reference for each in entries if each.reference], by=request.user.actor)
    return show(
        request,
        "calendar.html",
        on=on,
        is_today=on == today,
        entries=entries,
        previous=on - timedelta(days=1),
        following=on + timedelta(days=1),
        zone=settings.CLINIC_TIME_ZONE,
    )


@page(Permission.SEE_OUTBOX)
def outbox_list(request: HttpRequest) -> HttpResponse:
    """The e-mails that development wrote to files."""
    _only_in_development()
    mails = outbox.mails()
    look_over(page="outbox", shown=[str(each.id) for each in mails], by=request.user.actor)
    return show(request, "outbox.html", mails=mails)


@page(Permission.SEE_OUTBOX)
def outbox_mail(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One e-mail that development wrote to a file."""
    _only_in_development()
    mail = outbox.mail(message_id)
    if mail is None:
        raise Http404
    look_over(page="mail", shown=[str(mail.id)], by=request.user.actor)
    return show(request, "mail.html", mail=mail)


def _tasks_page(request: HttpRequest, *, closed_before: bool = False, status: int = 200) -> HttpResponse:
    found = task_lines.open_tasks(request.user)[: task_lines.MOST_SHOWN]
    rows = task_lines.lines(found, user=request.user, now=timezone.now())
    look_over(page="tasks", shown=[each.reference for each in rows], by=request.user.actor)
    return show(request, "tasks.html", tasks=rows, closed_before=closed_before, status=status)


def _day(text: str, today: date) -> date:
    """The day in the address, or today when it is none that a calendar shows."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if abs((asked - today).days) <= 3660 else today


def _only_in_development() -> None:
    """In production messages are sent, and nothing is kept in files to be read."""
    if settings.IS_PRODUCTION:
        raise Http404
