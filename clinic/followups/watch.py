"""What is late, asked in plain SQL: no Celery, no broker and no other part of the clinic has to work for the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

TOLD_WITHIN: Final = timedelta(seconds=60)
"""An urgent page leaves within a minute."""
SWEPT_WITHIN: Final = timedelta(minutes=5)
"""Everything else that is due is taken by the sweep of each minute; after five it is not running."""
CLAIM_HOLDS: Final = timedelta(minutes=10)
"""A claim that is older belongs to a worker that died, and no sweep took it back."""

TRIES: Final = 5
"""A message that was tried so often broke; one that failed at once waits for a phone call, and is no alarm."""

URGENT: Final = {
    "urgent pages nobody has said they have": """
        SELECT count(*) FROM notifications_message
        WHERE overdue_at <= %(now)s AND overdue_at IS NOT NULL AND acknowledged_at IS NULL AND state <> 'cancelled'
    """,
    "urgent pages not sent within a minute": """
        SELECT count(*) FROM notifications_message
        WHERE is_urgent AND state IN ('due', 'claimed') AND created_at <= %(told_by)s
    """,
    "urgent pages given up": """
        SELECT count(*) FROM notifications_message
        WHERE state = 'failed' AND is_urgent AND (overdue_at IS NULL OR acknowledged_at IS NULL)
    """,
}
QUESTIONS: Final = URGENT | {
    "messages given up after every try": """
        SELECT count(*) FROM notifications_message
        WHERE state = 'failed' AND NOT is_urgent AND attempts >= %(tries)s
    """,
    "follow-ups given up after every try": """
        SELECT count(*) FROM followups_followup WHERE state = 'failed'
    """,
    "messages nobody sends": """
        SELECT count(*) FROM notifications_message
        WHERE state = 'due' AND due_at <= %(swept_by)s OR state = 'claimed' AND claimed_at <= %(claimed_by)s
    """,
    "follow-ups nobody does": """
        SELECT count(*) FROM followups_followup
        WHERE state = 'planned' AND try_at <= %(swept_by)s OR state = 'claimed' AND claimed_at <= %(claimed_by)s
    """,
}
"""What is counted, in words; each answer is a number, and any that is not 0 is late."""


@dataclass(frozen=True, slots=True)
class Late:
    """How many rows one question found."""

    what: str
    count: int


def late(now: datetime, questions: Mapping[str, str] = QUESTIONS) -> list[Late]:
    """Everything that is late; an empty list says that every promise is kept so far.

    Args:
        now: the moment.
        questions: which of them are asked.
    """
    moments: dict[str, datetime | int] = {
        "now": now,
        "told_by": now - TOLD_WITHIN,
        "swept_by": now - SWEPT_WITHIN,
        "claimed_by": now - CLAIM_HOLDS,
        "tries": TRIES,
    }
    with connection.cursor() as cursor:
        return [Late(what, count) for what, sql in questions.items() if (count := _count(cursor, sql, moments))]


def _count(cursor: object, sql: str, moments: dict[str, datetime | int]) -> int:
    cursor.execute(sql, moments)  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]
