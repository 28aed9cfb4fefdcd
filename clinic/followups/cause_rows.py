"""Rows of earlier stages shaped as causes: a key, whose they are, the moment that counts and how pressing they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Expression, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Concat


@dataclass(frozen=True, slots=True)
class Cause:
    """One row that something follows from. `zone` is the time zone of the patient, and may be empty.

    `planned_until` is the last moment promised for it before, of what is repeated without an end.
    """

    key: str
    row_id: UUID
    patient_id: UUID
    counts_from: datetime
    priority: str
    zone: str
    planned_until: datetime | None = None


class Stamp(Func):
    """A moment as it is written into a cause, such as 20261203T222000000."""

    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISSMS')"
    output_field = CharField()


def causes_of(
    rows: QuerySet[Any, Any],
    kind: str,
    *,
    patient: str,
    moment: Any,
    pressing: Any,
    version: Expression | None = None,
) -> QuerySet[Any, Any]:
    """Rows as causes: `kind:id`, with a version when the same row can be a new cause later."""
    return rows.annotate(
        cause_key=key_of(kind, version),
        whose=F(f"{patient}__pk"),
        moment=moment,
        pressing=pressing,
        zone=F(f"{patient}__time_zone"),
    )


def key_of(kind: str, version: Expression | None = None) -> Expression:
    """The cause of a row in SQL: `kind:id`, or `kind:id@version`."""
    parts = [Value(f"{kind}:"), Cast("pk", CharField())]
    if version is not None:
        parts += [Value("@"), version]
    return Concat(*parts, output_field=CharField())


def appointment_version() -> Expression:
    """What makes a moved appointment a new cause: how often it was changed."""
    return Cast("sequence", CharField())
