"""Urgent pages that somebody must say "I have it" to: which wait, which are overdue, and the link that says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from clinic.audit.actors import Actor, pager
from clinic.notifications.models import Message

ACKNOWLEDGE_WITHIN: Final = timedelta(minutes=15)
"""Source: clinical.md section 6, F03: page at once, acknowledge in 15 minutes."""
LINK_WORKS_FOR: Final = timedelta(days=7)
SALT: Final = "clinic.notifications.paging"


def unacknowledged() -> QuerySet[Message]:
    """Pages nobody has said "I have it" to, whatever became of the message itself: one that failed counts too."""
    waiting = Message.objects.filter(overdue_at__isnull=False, acknowledged_at__isnull=True)
    return waiting.exclude(state=Message.State.CANCELLED)


def overdue(now: datetime) -> QuerySet[Message]:
    """Those whose clock has run out."""
    return unacknowledged().filter(overdue_at__lte=now)


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
