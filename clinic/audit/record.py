"""The one way to add to the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent

Detail = str | int | bool | None | list[str]
"""What an audit line may hold beside ids: codes, counts, and lists of codes."""


class OutsideTransaction(RuntimeError):
    """A record was about to be written apart from what it records."""


def record(
    *,
    by: Actor,
    action: str,
    subject: str,
    patient: UUID | str | None = None,
    why: str = "",
    detail: Mapping[str, Detail] | None = None,
) -> None:
    """Write one audit line in the transaction of what it records; if the line fails, so does the deed.

    Args:
        by: who acts or looks.
        action: a verb with its app, such as `reviews.decide`.
        subject: what it was done to, as `kind:id`.
        patient: the id of the patient concerned, if any.
        why: a reason given by a member of staff; codes or their own words, shown to directors only, and to the
            patient when somebody opened their record from outside the care team.
        detail: codes and counts, never answers, names or contact data.
    Raises:
        OutsideTransaction: there is no transaction to be part of.
    """
    record_all([line(by=by, action=action, subject=subject, patient=patient, why=why, detail=detail)])


def record_all(lines: Sequence[AuditEvent]) -> None:
    """Write several audit lines at once, for a deed that is several; make them with `line`.

    Args:
        lines: what `line` made.
    Raises:
        OutsideTransaction: there is no transaction to be part of.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(", ".join(each.action for each in lines))
    AuditEvent.objects.bulk_create(lines)


def line(
    *,
    by: Actor,
    action: str,
    subject: str,
    patient: UUID | str | None = None,
    why: str = "",
    detail: Mapping[str, Detail] | None = None,
) -> AuditEvent:
    """One audit line that is not written yet; arguments as for `record`."""
    return AuditEvent(
        actor=by.ref,
        action=action,
        subject=subject,
        patient=str(patient or ""),
        why=why,
        detail=dict(detail or {}),
    )
