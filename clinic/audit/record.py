"""The one way to add to the record."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent


class OutsideTransaction(RuntimeError):
    """A record was about to be written apart from what it records."""


def record(
    *,
    by: Actor,
    action: str,
    subject: str,
    patient: UUID | str | None = None,
    why: str = "",
    detail: Mapping[str, str | int | bool | None | list[str]] | None = None,
) -> None:
    """Write one audit line in the transaction of what it records; if the line fails, so does the deed.

    Args:
        by: who acts or looks.
        action: a verb with its app, such as `reviews.decide`.
        subject: what it was done to, as `kind:id`.
        patient: the id of the patient concerned, if any.
        why: a reason given by a member of staff; codes or their own words, shown to directors only.
        detail: codes and counts, never answers, names or contact data.
    Raises:
        OutsideTransaction: there is no transaction to be part of.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(action)
    AuditEvent.objects.create(
        actor=by.ref,
        action=action,
        subject=subject,
        patient=str(patient or ""),
        why=why,
        detail=dict(detail or {}),
    )
