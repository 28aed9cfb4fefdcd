"""What is done with the secret address of a calendar: made, and ended."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking.feeds import hash_of
from clinic.booking.models import Feed

TOKEN_BYTES: Final = 32


@transaction.atomic
def make_feed(*, owner: User, by: Actor, now: datetime) -> str:
    """Make a new secret address for somebody's calendar; the one before ends at once.

    Args:
        owner: whose calendar.
        by: who makes it.
        now: the moment.
    Returns:
        The token of the address. It is kept nowhere, and cannot be shown again.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    _end(owner, by, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Feed.objects.create(owner=owner, token_hash=hash_of(token), made_at=now)
    record(by=by, action="booking.make_feed", subject=owner.actor.ref)
    return token


@transaction.atomic
def end_feed(*, owner: User, by: Actor, now: datetime) -> bool:
    """End the secret address of somebody's calendar.

    Args:
        owner: whose calendar.
        by: who ends it.
        now: the moment.
    Returns:
        False when there was none.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    is_ended = _end(owner, by, now)
    if is_ended:
        record(by=by, action="booking.end_feed", subject=owner.actor.ref)
    return is_ended


def _end(owner: User, by: Actor, now: datetime) -> bool:
    return bool(Feed.objects.filter(owner=owner, ended_at=None).update(ended_at=now, ended_by=by.ref))
