"""Rows of earlier stages shaped as causes: a key, whose they are, the moment that counts and how pressing they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Expression, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from clinic.patients.zones import OF_REGION


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
        zone=zone_of(patient),
    )


def zone_of(patient: str) -> Expression:
    """The time zone a patient chose, or that of their state; empty when neither is known. `known_zone` in SQL.

    Args:
        patient: the field that leads to them.
    """
    chosen = f"{patient}__time_zone"
    of_region = [When(**{f"{patient}__region": region}, then=Value(zone)) for region, zone in OF_REGION.items()]
    is_chosen = When(~Q(**{chosen: ""}), then=F(chosen))
    return Case(is_chosen, *of_region, default=Value(""), output_field=CharField())


def key_of(kind: str, version: Expression | None = None) -> Expression:
    """The cause of a row in SQL: `kind:id`, or `kind:id@version`."""
    parts = [Value(f"{kind}:"), Cast("pk", CharField())]
    if version is not None:
        parts += [Value("@"), version]
    return Concat(*parts, output_field=CharField())


def appointment_version() -> Expression:
    """What makes a moved appointment a new cause: how often it was changed."""
    return Cast("sequence", CharField())
