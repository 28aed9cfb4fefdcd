"""Which tables follow-ups follow from, so that nothing is asked about what is not there to follow from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from clinic.followups.causes import FINDERS
from screening.protocol import FollowUpPlan

_KNOWN: Final[dict[str, frozenset[str]]] = {}
"""By trigger, once for each process: some finders ask the database before they can say what they ask about."""


def possible(plans: Iterable[FollowUpPlan], *, now: datetime, row_id: UUID | None = None) -> tuple[FollowUpPlan, ...]:
    """Those of these follow-ups that can follow from any row there is; one of which it cannot be told stays.

    Args:
        plans: the follow-ups.
        now: the moment.
        row_id: only from this row; nobody says which table it is in, so all of them are asked, in one query.
    """
    asked = [(plan, _tables(plan, now)) for plan in plans]
    found = _holding(row_id, frozenset().union(*(tables for _, tables in asked if tables)))
    return tuple(plan for plan, tables in asked if tables is None or tables & found)


def _tables(plan: FollowUpPlan, now: datetime) -> frozenset[str] | None:
    """None when it cannot be told; whoever plans it then says why, and the others are planned all the same."""
    if plan.trigger in _KNOWN:
        return _KNOWN[plan.trigger]
    try:
        with transaction.atomic():
            models = [finder(plan, now).model for finder in FINDERS[plan.trigger]]
    except Exception:  # noqa: BLE001 - the planner asks it again, and logs what is wrong with it
        return None
    _KNOWN[plan.trigger] = frozenset(model._meta.db_table for model in models)
    return _KNOWN[plan.trigger]


def _holding(row_id: UUID | None, tables: frozenset[str]) -> frozenset[str]:
    """The tables that hold a row, or the row of this id; their names are those of our own models."""
    if not tables:
        return frozenset()
    which = "" if row_id is None else " WHERE id = %(id)s"
    asked = " UNION ALL ".join(f"(SELECT '{table}' FROM {table}{which} LIMIT 1)" for table in sorted(tables))  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(asked, {"id": row_id})
        return frozenset(table for (table,) in cursor.fetchall())
