"""Saying "I have it" to an urgent page: on a staff page, or by the link in the page itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.notifications import paging
from clinic.notifications.actions import acknowledge
from clinic.notifications.models import Message
from clinic.staff import urgent_lines
from clinic.staff.actions import look_over
from clinic.staff.frame import READ, page, show
from clinic.web import errors

GONE = 410


@page(Permission.ACKNOWLEDGE)
def urgent(request: HttpRequest) -> HttpResponse:
    """Who waits for somebody to have them, and who has whom."""
    return _list(request)


@page(Permission.ACKNOWLEDGE, "POST")
def have_it(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """Say it, signed in; on to the form it is about."""
    asked = get_object_or_404(Message, pk=page_id, overdue_at__isnull=False)
    reference = asked.about["reference"]
    if not acknowledge(reference=reference, by=request.user.actor, now=timezone.now(), because="page"):
        return _list(request, had_before=True, status=409)
    return redirect(urgent_lines.url_of(reference))


def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Say it by the link in a page, without signing in; looking at it changes nothing, and it shows nobody's data.

    Who has the link is whom the page was sent to. It does this one thing; to see whom it is about they sign in.
    """
    asked = paging.opened(token)
    if asked is None:
        return render(request, "staff/urgent_link_closed.html", status=GONE)
    if request.method in READ:
        waiting = paging.unacknowledged().filter(about__reference=asked.about["reference"])
        return render(request, "staff/urgent_link.html", {"asked": asked, "is_waiting": waiting.exists()})
    if request.method != "POST":
        return errors.wrong_method(request)
    acknowledge(reference=asked.about["reference"], by=paging.holder(asked), now=timezone.now(), because="link")
    return redirect(urgent_lines.url_of(asked.about["reference"]))


def _list(request: HttpRequest, *, had_before: bool = False, status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = urgent_lines.lines(now=now)
    look_over(page="urgent", shown=[each.reference for each in found], by=request.user.actor)
    waiting = [each for each in found if each.is_waiting]
    had = [each for each in found if not each.is_waiting]
    more = max(0, urgent_lines.alarm_for(request).waiting - len(waiting))
    told = {"waiting": waiting, "more": more, "had": had, "had_before": had_before, "now": now}
    return show(request, "urgent.html", status=status, **told)
