"""A message and its audit line before they are written, and the nudge once they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.audit.record import line
from clinic.celery import nudge
from clinic.notifications.models import Message

DELIVER: Final = "clinic.notifications.tasks.deliver"


def message(
    *,
    key: str,
    template: str,
    now: datetime,
    patient_id: UUID | None = None,
    staff_id: int | None = None,
    to_role: str = "",
    channel: str = Message.Channel.EMAIL,
    about: dict[str, str] | None = None,
    due_at: datetime | None = None,
    good_for: timedelta | None = None,
    is_urgent: bool = False,
    keeps_quiet_hours: bool = True,
    may_pause: bool = False,
    acknowledge_within: timedelta | None = None,
) -> Message:
    """The row of a message; arguments as for `actions.queue`."""
    due_at = due_at or now
    return Message(
        key=key,
        patient_id=patient_id,
        staff_id=staff_id,
        to_role=to_role,
        channel=channel,
        template=template,
        about=about or {},
        due_at=due_at,
        too_late_at=due_at + good_for if good_for else None,
        is_urgent=is_urgent,
        keeps_quiet_hours=keeps_quiet_hours and not is_urgent,
        may_pause=may_pause and not is_urgent,
        overdue_at=now + acknowledge_within if acknowledge_within else None,
        created_at=now,
    )


def line_about(queued: Message, *, by: Actor) -> AuditEvent:
    """The audit line of a message that is queued."""
    return line(
        by=by,
        action="notifications.queue",
        subject=f"message:{queued.pk}",
        patient=queued.patient_id,
        detail={"template": queued.template, "channel": str(queued.channel)},
    )


def nudge_about(queued: Message, *, now: datetime) -> None:
    """Ask a worker to look at a message that is due, once the transaction that queues it commits."""
    if queued.due_at <= now:
        nudge(DELIVER, queued.pk, queue="urgent" if queued.is_urgent else "default")
