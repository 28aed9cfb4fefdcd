"""Staff pages about the day: tasks, and the development outbox."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.followups import actions as followups
from clinic.followups import task_actions
from clinic.staff import outbox, task_lines
from clinic.staff.actions import look_over
from clinic.staff.forms import SnoozeForm
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
            follow_up=task,
            by=request.user.actor,
            now=timezone.now(),
            reason=request.POST.get("note", "").strip(),
            answer=request.POST.get("answer", ""),
        )
    except followups.NotAnAnswer:
        return _tasks_page(request, problem="This task asks a question. Choose one of its answers", status=422)
    except followups.NotOpen:
        return _tasks_page(request, problem="Somebody closed this task first", status=409)
    return redirect("staff:tasks")


@page(Permission.SEE_TASKS, "POST")
def undo_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Open a task again that this person closed by a slip."""
    task = get_object_or_404(task_lines.visible(request.user), pk=task_id)
    try:
        task_actions.undo_done(follow_up=task, by=request.user.actor, now=timezone.now())
    except followups.NotOpen:
        return _tasks_page(request, problem="That task can no longer be opened again", status=409)
    return redirect("staff:tasks")


@page(Permission.SEE_TASKS, "POST")
def snooze(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Put a task off until a day, with a reason."""
    task = get_object_or_404(task_lines.open_tasks(request.user), pk=task_id)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return _tasks_page(request, problem=next(iter(form.errors.values()))[0], status=422)
    try:
        task_actions.snooze(
            follow_up=task,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["why"],
            by=request.user.actor,
            now=timezone.now(),
        )
    except task_actions.MayNotSnooze:
        return _tasks_page(request, problem="That task cannot be put off, or not for so long", status=422)
    except followups.NotOpen:
        return _tasks_page(request, problem="Somebody closed this task first", status=409)
    return redirect("staff:tasks")


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


def _tasks_page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = task_lines.open_tasks(request.user)
    awake, asleep = (
        task_lines.lines(part(found, now=now)[: task_lines.MOST_SHOWN], user=request.user, now=now)
        for part in (task_lines.awake, task_lines.asleep)
    )
    look_over(page="tasks", shown=[each.reference for each in (*awake, *asleep)], by=request.user.actor)
    closed = task_lines.just_closed(request.user, now=now)
    mine, team = ([each for each in awake if each.is_mine is is_mine] for is_mine in (True, False))
    shown = {"mine": mine, "team": team, "asleep": asleep, "closed": closed, "problem": problem, "today": now}
    shown["most"] = task_lines.MOST_SHOWN if task_lines.MOST_SHOWN in (len(awake), len(asleep)) else 0
    return show(request, "tasks.html", **shown, status=status)


def _only_in_development() -> None:
    """In production messages are sent, and nothing is kept in files to be read."""
    if settings.IS_PRODUCTION:
        raise Http404
