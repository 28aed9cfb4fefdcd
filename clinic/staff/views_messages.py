"""Staff page of what did not arrive: try again, take off the list, write to an address again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.notifications import actions as notifications
from clinic.notifications import arrival_actions
from clinic.notifications.models import Message, StoppedAddress
from clinic.staff import delivery_lines
from clinic.staff.actions import look_over
from clinic.staff.frame import page, show


@page(Permission.SEE_DELIVERY)
def messages(request: HttpRequest) -> HttpResponse:
    """What could not be sent, what did not arrive, what was given up, and which addresses are closed."""
    return _list(request)


@page(Permission.SEE_DELIVERY, "POST")
def message_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Try a message again from its first try; what stopped it is asked again then."""
    message = get_object_or_404(Message, pk=message_id)
    is_done = notifications.retry(message=message, by=request.user.actor, now=timezone.now())
    return _after(request, is_done=is_done)


@page(Permission.SEE_DELIVERY, "POST")
def message_off(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take a message off the list, because somebody said it in another way."""
    message = get_object_or_404(Message, pk=message_id)
    return _after(request, is_done=notifications.let_go(message=message, by=request.user.actor))


@page(Permission.SEE_DELIVERY, "POST")
def follow_up_again(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """Try a follow-up again from its first try."""
    follow_up = get_object_or_404(FollowUp, pk=follow_up_id)
    return _after(request, is_done=followups.retry(follow_up=follow_up, by=request.user.actor, now=timezone.now()))


@page(Permission.SEE_DELIVERY, "POST")
def open_address(request: HttpRequest, stopped_id: UUID) -> HttpResponse:
    """Write to an address again that took no messages."""
    stopped = get_object_or_404(StoppedAddress, pk=stopped_id)
    is_done = arrival_actions.open_address(stopped=stopped, by=request.user.actor, now=timezone.now())
    return _after(request, is_done=is_done)


def _after(request: HttpRequest, *, is_done: bool) -> HttpResponse:
    return redirect("staff:messages") if is_done else _list(request, had_before=True, status=409)


def _list(request: HttpRequest, *, had_before: bool = False, status: int = 200) -> HttpResponse:
    now, user = timezone.now(), request.user
    found = {
        "parked": delivery_lines.parked(user),
        "not_arrived": delivery_lines.not_arrived(user, now=now),
        "given_up": delivery_lines.given_up(user),
        "closed": delivery_lines.closed(now=now),
    }
    shown = sorted({line.reference for lines in found.values() for line in lines if line.reference})
    look_over(page="messages", shown=shown, by=user.actor)
    links = user.may(Permission.SEE_INTAKE)
    most = delivery_lines.MOST if any(len(lines) == delivery_lines.MOST for lines in found.values()) else 0
    told = {"had_before": had_before, "links": links, "now": now, "most": most}
    return show(request, "messages.html", **found, **told, status=status)
