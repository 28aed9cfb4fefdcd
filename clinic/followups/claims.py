"""Who is at a follow-up: a claim is committed before the work, and one that is too old may be taken again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.followups.models import FollowUp

CLAIM_HOLDS: Final = timedelta(minutes=10)
PRESSING_CLAIM_HOLDS: Final = timedelta(minutes=2)
"""Longer than the hard time limit of a task in clinic/celery.py, after which no worker can still be at it."""
PRESSING: Final = ("P0", "P1")
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
TRIES: Final = len(WAITS) + 1
AT_ONCE: Final = 50
"""How many due follow-ups are looked up at once; a pressing one that comes meanwhile waits for no more than these."""
State = FollowUp.State
CLAIM: Final = """
    UPDATE followups_followup SET state = 'claimed', claimed_at = %(now)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM followups_followup
        WHERE id = %(id)s AND try_at <= %(now)s AND (
            state = 'planned' OR state = 'claimed' AND (
                claimed_at <= %(late)s OR priority = ANY(%(pressing)s) AND claimed_at <= %(pressing_late)s
            )
        )
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *
"""
"""What `due` asks, about one row; the row is locked by the same statement that takes it."""


def claim(follow_up_id: UUID, now: datetime) -> FollowUp | None:
    """Take a follow-up that is due, unless another worker took it or is taking it. One statement, committed at once.

    Args:
        follow_up_id: which.
        now: the moment.
    Returns:
        The claimed row, with one more attempt counted; None when it is not there to be taken.
    """
    moments = {"now": now, "late": now - CLAIM_HOLDS, "pressing_late": now - PRESSING_CLAIM_HOLDS}
    return next(iter(FollowUp.objects.raw(CLAIM, {"id": follow_up_id, "pressing": list(PRESSING), **moments})), None)


def due(now: datetime) -> QuerySet[FollowUp]:
    """Follow-ups whose time has come, and those whose claim is so old that its worker must have died."""
    late = Q(claimed_at__lte=now - CLAIM_HOLDS)
    late |= Q(priority__in=PRESSING, claimed_at__lte=now - PRESSING_CLAIM_HOLDS)
    waiting = Q(state=State.PLANNED) | (Q(state=State.CLAIMED) & late)
    return FollowUp.objects.filter(waiting, state__in=[State.PLANNED, State.CLAIMED], try_at__lte=now)


def most_pressing(now: datetime, *, row_id: UUID | None = None) -> list[UUID]:
    """The ids of the next follow-ups to do; whole rows are read one by one, when each is claimed.

    Args:
        now: the moment.
        row_id: only what follows from this row.
    """
    rows = due(now) if row_id is None else due(now).filter(row_id=row_id)
    return list(rows.order_by("priority", "try_at").values_list("pk", flat=True)[:AT_ONCE])


def mine(follow_up: FollowUp) -> QuerySet[FollowUp]:
    """The row, as long as this claim is the last one."""
    return FollowUp.objects.filter(pk=follow_up.pk, state=State.CLAIMED, claimed_at=follow_up.claimed_at)


def next_try(follow_up: FollowUp, now: datetime) -> tuple[State, datetime]:
    """What becomes of a follow-up that broke: planned again for a little later, or parked after the last try."""
    if follow_up.attempts >= TRIES:
        return State.FAILED, now
    wait = WAITS[0] if follow_up.priority in PRESSING else WAITS[follow_up.attempts - 1]
    return State.PLANNED, now + wait
