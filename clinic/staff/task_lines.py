"""Open follow-up tasks as rows of a page: what is to be done, for whom, by when, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.followups.models import FollowUp
from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import words
from clinic.reviews.models import Decision

MOST_SHOWN: Final = 100
OF_EVERYBODY: Final = (FollowUp.Audience.COORDINATOR,)
"""Tasks that name no answer, finding or score; the others are for people who may see an intake."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One open task. `intake` is the reference of its intake for those who may see it; `is_sent` tells which page."""

    id: UUID
    what: str
    name: str
    reference: str
    phone: str
    due: str
    is_late: bool
    is_urgent: bool
    is_call: bool
    whose: str
    intake: str
    is_sent: bool


def open_tasks(user: User) -> QuerySet[FollowUp]:
    """The open tasks this person may see, the most pressing first."""
    tasks = FollowUp.objects.filter(state=FollowUp.State.OPEN)
    if not user.may(Permission.SEE_INTAKE):
        tasks = tasks.filter(audience__in=OF_EVERYBODY)
    return tasks.select_related("patient").order_by("priority", "due_at", "pk")


def lines(tasks: Iterable[FollowUp], *, user: User, now: datetime) -> list[TaskLine]:
    """Tasks as rows; three queries for all of them.

    Args:
        tasks: with their patients already read.
        user: who reads; only those who may see an intake get a link to it.
        now: the moment.
    """
    tasks = list(tasks)
    contents = {plan.id: plan.content for plan in protocols.current().followups}
    found = _intakes([task.row_id for task in tasks]) if user.may(Permission.SEE_INTAKE) else {}
    return [_line(task, contents, found.get(task.row_id), now) for task in tasks]


def _line(task: FollowUp, contents: dict[str, str], intake: Intake | None, now: datetime) -> TaskLine:
    what = contents.get(task.plan, f"Follow-up {task.plan}")
    return TaskLine(
        id=task.pk,
        what=f"{what} ({task.reason})" if task.reason else what,
        name=str(task.patient.legal_name or task.patient.called),
        reference=task.patient.reference,
        phone=str(task.patient.phone or ""),
        due=words.due(task.due_at, now=now),
        is_late=task.due_at < now,
        is_urgent=task.priority in ("P0", "P1"),
        is_call=task.stop_condition in ("acknowledged", "contact made"),
        whose=FollowUp.Audience(task.audience).label.capitalize(),
        intake=intake.reference if intake else "",
        is_sent=intake is not None and intake.state == Intake.State.SUBMITTED,
    )


def _intakes(row_ids: list[UUID]) -> dict[UUID, Intake]:
    """The intake behind each cause, whether that is the intake itself, its record or a decision about it."""
    records = ScreeningRecord.objects.filter(pk__in=row_ids).select_related("intake")
    decisions = Decision.objects.filter(pk__in=row_ids).select_related("record__intake")
    return {
        **{intake.pk: intake for intake in Intake.objects.filter(pk__in=row_ids)},
        **{record.pk: record.intake for record in records},
        **{decision.pk: decision.record.intake for decision in decisions},
    }
