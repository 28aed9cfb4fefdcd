"""Urgent pages as lines: who waits, who has whom; and the red line above every staff page while one is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.followups.watch import TOLD_WITHIN
from clinic.intake.models import Intake
from clinic.notifications import paging
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.reviews.words import length

MOST_WAITING: Final = 1_000
"""What one page holds; it says how many more there are."""
KEPT: Final = "alarm_kept"
LATELY: Final = 20
"""How many of those that somebody has are shown below the ones that wait."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Pages nobody has: how many, how many of them are late, and how long the first has waited, in words.

    Late is what nobody answered in its time, and what did not even leave within a minute: no worker is asked for that.
    """

    waiting: int
    late: int
    waited: str
    may_acknowledge: bool


@dataclass(frozen=True, slots=True)
class PageLine:
    """One urgent page. `url` is the page of its form, or nothing when there is none."""

    id: UUID
    reference: str
    url: str
    paged_at: datetime
    told: str
    overdue_at: datetime
    is_waiting: bool
    is_late: bool
    who: str
    acknowledged_at: datetime | None


def alarm(request: HttpRequest) -> dict[str, Any]:
    """What staff.html says in red; asked of the database only when that template is rendered for somebody."""
    return {"alarm": SimpleLazyObject(lambda: alarm_for(request))}


def alarm_for(request: HttpRequest) -> Alarm:
    """The pages nobody has, counted once for each page of the staff that is shown."""
    if not hasattr(request, KEPT):
        setattr(request, KEPT, _counted(request.user))
    return getattr(request, KEPT)


def _counted(user: User) -> Alarm:
    now = timezone.now()
    untold = ~Q(state=Message.State.SENT) & Q(created_at__lte=now - TOLD_WITHIN)
    is_late = Q(overdue_at__lte=now) | untold
    found = paging.unacknowledged().aggregate(
        waiting=Count("pk"), late=Count("pk", filter=is_late), since=Min("created_at", filter=is_late)
    )
    waited = length(now - (found["since"] or now))
    return Alarm(found["waiting"], found["late"], waited, user.may(Permission.ACKNOWLEDGE))


def lines(*, now: datetime) -> list[PageLine]:
    """Pages nobody has yet, the first to be late first; then those that somebody has, the last first.

    Args:
        now: the moment.
    """
    waiting = list(paging.unacknowledged().order_by("overdue_at")[:MOST_WAITING])
    had = Message.objects.filter(acknowledged_at__isnull=False, overdue_at__isnull=False).order_by("-overdue_at")
    pages = [*waiting, *had[:LATELY]]
    urls, names = _urls(pages), _names(pages)
    return [_line(page, urls, names, now) for page in pages]


def url_of(reference: str) -> str:
    """Where the form of a page is read; the list of pages when there is no form of this reference."""
    return _urls_of({reference}).get(reference, reverse("staff:urgent"))


def _line(page: Message, urls: dict[str, str], names: dict[str, str], now: datetime) -> PageLine:
    return PageLine(
        id=page.pk,
        reference=page.about["reference"],
        url=urls.get(page.about["reference"], ""),
        paged_at=page.created_at,
        told=_told(page),
        overdue_at=page.overdue_at,
        is_waiting=page.acknowledged_at is None,
        is_late=page.overdue_at <= now,
        who=names.get(page.acknowledged_by, "Whoever has the pager"),
        acknowledged_at=page.acknowledged_at,
    )


def _told(page: Message) -> str:
    if page.state == Message.State.SENT:
        return "The page went out"
    return "The page could not be sent" if page.state == Message.State.FAILED else "The page has not gone out yet"


def _urls(pages: list[Message]) -> dict[str, str]:
    return _urls_of({page.about["reference"] for page in pages})


def _urls_of(references: set[str]) -> dict[str, str]:
    """A form that was sent is reviewed; of a draft there are the answers so far, and of a patient the history."""
    found = Intake.objects.filter(reference__in=references).values_list("reference", "state")
    page_of = {Intake.State.SUBMITTED.value: "staff:review"}
    urls = {reference: reverse(page_of.get(state, "staff:answers"), args=[reference]) for reference, state in found}
    people = Patient.objects.filter(reference__in=references - set(urls)).values_list("reference", flat=True)
    return urls | {reference: reverse("staff:patient", args=[reference]) for reference in people}


def _names(pages: list[Message]) -> dict[str, str]:
    """The names of people, by how the record names them."""
    ids = {page.acknowledged_by.removeprefix("staff:") for page in pages if page.acknowledged_by.startswith("staff:")}
    return {user.actor.ref: str(user) for user in User.objects.filter(pk__in=ids)}
