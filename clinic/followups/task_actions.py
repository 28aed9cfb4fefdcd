"""What is done with open tasks beside closing one: put off with a reason, taken back from done, closed by an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.followups.actions import NotOpen, close_task
from clinic.followups.claims import PRESSING
from clinic.followups.coverage import UNDO_FOR
from clinic.followups.lateness import late
from clinic.followups.models import FollowUp
from clinic.followups.reach import reference_of
from clinic.followups.stops import CONTACT
from clinic.intake.clock import is_open
from clinic.notifications.actions import page, queue
from clinic.notifications.models import Message
from clinic.notifications.recheck import PAUSED
from clinic.patients.models import Patient

LONGEST_SNOOZE: Final = timedelta(days=14)
BATCH: Final = 200
FLAGGED: Final = ("intake:", "record:")
"""How the cause of a call begins that a safety flag or an urgent form asks for."""
State = FollowUp.State


class MayNotSnooze(Exception):
    """Pressing tasks are not put off, nobody puts one off for long, and everybody says why."""


@transaction.atomic
def undo_done(*, follow_up: FollowUp, by: Actor, now: datetime) -> None:
    """Open a task again that the same person closed by a slip, within ten minutes.

    Closing the task of an urgent call said that the person was reached, and ended its pages: who is on call is paged
    again.

    Args:
        follow_up: the task.
        by: who closed it.
        now: the moment.
    Raises:
        NotOpen: somebody else closed it, or it is too late; a new task is the way then.
    """
    closed = FollowUp.objects.filter(pk=follow_up.pk, state=State.DONE, done_by=by.ref, done_at__gt=now - UNDO_FOR)
    if not closed.update(state=State.OPEN, done_at=None, done_by="", answer=""):
        raise NotOpen
    _record(follow_up, "followups.undo_done", by=by)
    if follow_up.stop_condition in CONTACT and follow_up.cause.startswith(FLAGGED):
        key, about = f"not-reached:{follow_up.pk}:{now.timestamp():.6f}", {"reference": reference_of(follow_up)}
        page(key=key, template="urgent-page-again", about=about, by=by, now=now)


@transaction.atomic
def snooze(*, follow_up: FollowUp, until: datetime, reason: str, by: Actor, now: datetime) -> None:
    """Put a task off until a moment; it stays open, and is shown again then.

    Args:
        follow_up: the task.
        until: when it comes back, two weeks at most.
        reason: why; it goes on the record.
        by: who puts it off.
        now: the moment.
    Raises:
        MayNotSnooze: it is pressing, no reason is given, or it would be for too long.
        NotOpen: somebody closed it first.
    """
    if follow_up.priority in PRESSING or not reason.strip() or not now < until <= now + LONGEST_SNOOZE:
        raise MayNotSnooze
    if not FollowUp.objects.filter(pk=follow_up.pk, state=State.OPEN).update(snoozed_until=until):
        raise NotOpen
    _record(follow_up, "followups.snooze", by=by, why=reason.strip())


@transaction.atomic
def wake(*, patient: Patient, by: Actor, now: datetime) -> int:
    """Look again at the follow-ups that wait for the end of a pause, because it ends another day now.

    Args:
        patient: whose.
        by: the patient.
        now: the moment.
    Returns:
        How many.
    """
    paused = FollowUp.objects.filter(patient=patient, state=State.PLANNED, reason=PAUSED)
    count = paused.update(try_at=now)
    if count:
        told = {"count": count}
        record(by=by, action="followups.wake", subject=f"patient:{patient.pk}", patient=patient.pk, detail=told)
    return count


@transaction.atomic
def escalate(*, by: Actor, now: datetime) -> int:
    """Tell somebody else which tasks nobody has closed in the time their priority gives; each task once.

    What is pressing goes to the person on call, all of it in one page. The rest waits until the clinic is open, and
    goes to every medical director in one e-mail; without one, to the person on call.

    Args:
        by: the clock.
        now: the moment.
    Returns:
        How many.
    """
    waiting = FollowUp.objects.filter(state=State.OPEN, escalated_at__isnull=True)
    waiting = waiting.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lt=now))
    overdue = late(waiting, now).order_by("due_at", "pk").select_for_update(skip_locked=True)
    pressing = list(overdue.filter(priority__in=PRESSING).values_list("pk", flat=True)[:BATCH])
    others = list(overdue.exclude(priority__in=PRESSING).values_list("pk", flat=True)[:BATCH]) if is_open(now) else []
    leads = list(User.objects.filter(role=Role.DIRECTOR, is_active=True).order_by("pk"))
    _tell_of(pressing, [None], is_urgent=True, by=by, now=now)
    _tell_of(others, leads or [None], is_urgent=False, by=by, now=now)
    return len(pressing) + len(others)


def _tell_of(keys: list[UUID], to: Sequence[User | None], *, is_urgent: bool, by: Actor, now: datetime) -> None:
    if not keys:
        return
    FollowUp.objects.filter(pk__in=keys).update(escalated_at=now)
    for lead in to:
        queue(
            key=f"late-tasks:{keys[0]}:{now:%Y%m%dT%H%M}:{lead.pk if lead else 'on_call'}",
            template="late-tasks",
            staff=lead,
            to_role="" if lead else "on_call",
            channel=Message.Channel.EMAIL if lead else Message.Channel.PAGER,
            about={"count": str(len(keys)), "tasks": "task" if len(keys) == 1 else "tasks"},
            is_urgent=is_urgent,
            by=by,
            now=now,
        )
    record(by=by, action="followups.escalate", subject="followups:late", detail={"tasks": [str(key) for key in keys]})


@transaction.atomic
def close_tasks(*, patient: Patient, stop_conditions: Sequence[str], reason: str, by: Actor, now: datetime) -> int:
    """Close the open tasks of a patient that wait for what has just happened, such as a letter that was sent.

    Args:
        patient: whose.
        stop_conditions: what they wait for, as the protocol says it.
        reason: what happened; it goes on the record.
        by: who did it.
        now: the moment.
    Returns:
        How many were closed.
    """
    waiting = FollowUp.objects.filter(patient=patient, state=State.OPEN, stop_condition__in=stop_conditions)
    tasks = list(waiting.select_for_update().order_by("pk"))
    for task in tasks:
        close_task(follow_up=task, by=by, now=now, reason=reason)
    return len(tasks)


def _record(follow_up: FollowUp, action: str, *, by: Actor, why: str = "") -> None:
    detail = {"plan": follow_up.plan, "state": follow_up.state}
    record(
        by=by, action=action, subject=f"followup:{follow_up.pk}", patient=follow_up.patient_id, why=why, detail=detail
    )
