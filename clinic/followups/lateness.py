"""When an open task is late enough to tell somebody else: on the clock of the clinic, as its priority says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from clinic.followups.claims import PRESSING
from clinic.followups.models import FollowUp
from clinic.intake.clock import due_at

PRIORITIES: Final = (*PRESSING, "P2", "P3", "P4")
LONGEST: Final = timedelta(days=60)
"""Longer than any priority and any row of closed days: everything older is late."""


def late(tasks: QuerySet[FollowUp], now: datetime) -> QuerySet[FollowUp]:
    """Those of these tasks that nobody has closed in the time a review of their priority has, counted from their due
    time: an opening hour for P0, that day for P1, two working days for P2, five for the others.

    Args:
        tasks: open ones.
        now: the moment.
    """
    condition = Q(due_at__lt=now - LONGEST)
    for priority in PRIORITIES:
        condition |= Q(priority=priority, due_at__lte=_due_before(priority, now))
    return tasks.filter(condition)


def _due_before(priority: str, now: datetime) -> datetime:
    """The latest due time from which the time of this priority is over by now, at most a second too late."""
    over, running = now - LONGEST, now
    while running - over > timedelta(seconds=1):
        middle = over + (running - over) / 2
        if due_at(priority=priority, now=middle) <= now:
            over = middle
        else:
            running = middle
    return running
