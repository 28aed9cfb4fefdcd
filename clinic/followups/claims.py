"""Who is at a follow-up: a claim is committed before the work, and one that is too old may be taken again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from clinic.followups.models import FollowUp

CLAIM_HOLDS: Final = timedelta(minutes=10)
PRESSING_CLAIM_HOLDS: Final = timedelta(minutes=2)
"""Longer than the hard time limit of a task in clinic/celery.py, after which no worker can still be at it."""
PRESSING: Final = ("P0", "P1")
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
TRIES: Final = len(WAITS) + 1
State = FollowUp.State


@transaction.atomic
def claim(among: QuerySet[FollowUp], now: datetime) -> FollowUp | None:
    """Take the most pressing of these that is due, unless another worker is taking it.

    Args:
        among: where to look.
        now: the moment.
    Returns:
        The claimed row, with one more attempt counted; None when there is nothing to take.
    """
    due = among.filter(_waiting(now), state__in=[State.PLANNED, State.CLAIMED], try_at__lte=now)
    due = due.order_by("priority", "try_at").select_for_update(skip_locked=True)
    first = due.values_list("pk", flat=True).first()
    if first is None:
        return None
    taken = FollowUp.objects.filter(_waiting(now), pk=first).update(
        state=State.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
    )
    return FollowUp.objects.get(pk=first) if taken == 1 else None


def mine(follow_up: FollowUp) -> QuerySet[FollowUp]:
    """The row, as long as this claim is the last one."""
    return FollowUp.objects.filter(pk=follow_up.pk, state=State.CLAIMED, claimed_at=follow_up.claimed_at)


def next_try(follow_up: FollowUp, now: datetime) -> tuple[State, datetime]:
    """What becomes of a follow-up that broke: planned again for a little later, or parked after the last try."""
    if follow_up.attempts >= TRIES:
        return State.FAILED, now
    wait = WAITS[0] if follow_up.priority in PRESSING else WAITS[follow_up.attempts - 1]
    return State.PLANNED, now + wait


def _waiting(now: datetime) -> Q:
    late = Q(claimed_at__lte=now - CLAIM_HOLDS)
    late |= Q(priority__in=PRESSING, claimed_at__lte=now - PRESSING_CLAIM_HOLDS)
    return Q(state=State.PLANNED) | (Q(state=State.CLAIMED) & late)
