"""Urgent pages that somebody must say "I have it" to: which wait, which are overdue, and the link that says it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.core import signing
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from clinic.audit.actors import Actor, pager
from clinic.notifications.models import Message

ACKNOWLEDGE_WITHIN: Final = timedelta(minutes=15)
"""Source: clinical.md section 6, F03: page at once, acknowledge in 15 minutes."""
LINK_WORKS_FOR: Final = timedelta(days=7)
TELLING: Final = "escalated:"
SALT: Final = "clinic.notifications.paging"


def unacknowledged() -> QuerySet[Message]:
    """Pages nobody has said "I have it" to, whatever became of the message itself: one that failed counts too."""
    waiting = Message.objects.filter(overdue_at__isnull=False, acknowledged_at__isnull=True)
    return waiting.exclude(state=Message.State.CANCELLED)


def overdue(now: datetime) -> QuerySet[Message]:
    """Those whose clock has run out."""
    return unacknowledged().filter(overdue_at__lte=now)


def key_of_telling(page: Message, name: str) -> str:
    """The key of the message by which one lead is told of a page that nobody has, so that each is told once."""
    return f"{TELLING}{page.pk}:{name}"


def untold(names: Iterable[str]) -> Q:
    """Of pages: one of these leads was not told yet; those of which all were told are not looked at again."""
    of_page = Cast(OuterRef("pk"), CharField())
    keys = (Concat(Value(TELLING), of_page, Value(f":{name}"), output_field=CharField()) for name in names)
    return reduce(or_, (Q(~Exists(Message.objects.filter(key=key))) for key in keys))


def token_of(page: Message) -> str:
    """What the link in a page holds: which message it is, signed; the message says to whom it was sent."""
    return signing.dumps(page.pk.hex, salt=SALT)


def opened(token: str) -> Message | None:
    """The message whose link this is; None when it is forged, too old, or was sent to somebody whose access ended.

    Args:
        token: from the address.
    """
    try:
        page_id = UUID(hex=signing.loads(token, salt=SALT, max_age=LINK_WORKS_FOR))
    except (signing.BadSignature, ValueError):
        return None
    found = Message.objects.select_related("staff").filter(pk=page_id, channel=Message.Channel.PAGER).first()
    return None if found is None or (found.staff and not found.staff.is_active) else found


def holder(page: Message) -> Actor:
    """Who has the link of a page: the person it was sent to, or whoever holds the pager of the role."""
    return page.staff.actor if page.staff else pager(page.to_role)
