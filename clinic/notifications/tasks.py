"""What Celery calls: deliver one message, or whatever is due."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from clinic.audit.actors import system
from clinic.celery import app
from clinic.notifications import actions, delivery


@app.task(name="clinic.notifications.tasks.deliver")
def deliver(row_id: str) -> None:
    """Deliver the message with this id, if it is due."""
    delivery.deliver(UUID(row_id), now=timezone.now(), by=system("delivery"))


@app.task(name="clinic.notifications.tasks.deliver_due")
def deliver_due() -> None:
    """Deliver whatever is due."""
    delivery.deliver_due(now=timezone.now(), by=system("delivery"))


@app.task(name="clinic.notifications.tasks.deliver_urgent")
def deliver_urgent() -> None:
    """Tell the lead what nobody acknowledged, and deliver what is urgent; the worker for urgent things does it."""
    actions.escalate(now=timezone.now(), by=system("delivery"))
    delivery.deliver_due(now=timezone.now(), by=system("delivery"), only_urgent=True)
