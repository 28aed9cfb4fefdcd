"""What Celery calls: plan what follows, do what is due, and look at one new row at once."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from clinic.audit.actors import system
from clinic.celery import app
from clinic.followups import actions, task_actions


@app.task(name="clinic.followups.tasks.plan_due")
def plan_due() -> None:
    """Plan what follows from whatever is new."""
    actions.plan(now=timezone.now(), by=system("followups"))


@app.task(name="clinic.followups.tasks.do_due")
def do_due() -> None:
    """Take back what is no longer wanted, then do what is due."""
    actions.withdraw(by=system("followups"))
    actions.do_due(now=timezone.now(), by=system("followups"))
    task_actions.escalate(now=timezone.now(), by=system("followups"))


@app.task(name="clinic.followups.tasks.look_at")
def look_at(row_id: str) -> None:
    """Plan and do what follows from one row, such as a record, a decision or an appointment that was just written."""
    actions.plan(now=timezone.now(), by=system("followups"), row_id=UUID(row_id))
    actions.do_due(now=timezone.now(), by=system("followups"), row_id=UUID(row_id))
