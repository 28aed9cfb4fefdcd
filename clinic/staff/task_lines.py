"""Open follow-up tasks as rows of a page: what is to be done, for whom, by when, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission, Role
from clinic.booking.models import Appointment
from clinic.followups.causes import PRESCRIBER
from clinic.followups.coverage import ANSWERS, OF_THE_CLINIC, UNDO_FOR
from clinic.followups.models import FollowUp
from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Consent, Wish
from clinic.reviews import words
from clinic.reviews.filters import end_of_day
from clinic.reviews.models import Decision
from clinic.staff.task_sources import SOURCES, UNKNOWN
from clinic.vault.fields import opened
from screening.protocol import FollowUpPlan

ABOUT_THE_PRESCRIBER: Final = ("F16", "F17")
"""Tasks that end in a letter to the prescriber. Source: followups.csv: F16 needs consent_prescriber = yes."""
MOST_SHOWN: Final = 100
OF_EVERYBODY: Final = (FollowUp.Audience.COORDINATOR,)
"""Tasks that name no answer, finding or score; the others are for people who may see an intake."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One open task and its `source`; one that asks a question has its `answers`. `is_mine` is for who reads it.

    `intake`, for those who may see it, and `visit` are the references of what it is about; `is_sent` tells which page
    of the intake. `may_open` their history, where what they answered between visits or wrote is.
    """

    id: UUID
    what: str
    source: str
    is_mine: bool
    name: str
    reference: str
    phone: str
    due: str
    is_late: bool
    is_urgent: bool
    is_call: bool
    whose: str
    intake: str
    visit: str
    is_sent: bool
    may_open: bool
    may_snooze: bool
    answers: tuple[FollowUp.Answer, ...]


def open_tasks(user: User) -> QuerySet[FollowUp]:
    """The open tasks this person may see, the most pressing first."""
    tasks = visible(user).filter(state=FollowUp.State.OPEN)
    return tasks.select_related("patient").order_by("priority", "due_at", "pk")


def due_tomorrow(user: User, *, now: datetime) -> int:
    """How many of the open tasks this person may see are due tomorrow."""
    return open_tasks(user).filter(due_at__gte=end_of_day(now), due_at__lt=end_of_day(now, days=1)).count()


def visible(user: User) -> QuerySet[FollowUp]:
    """The tasks this person may see, open or not."""
    tasks = FollowUp.objects.all()
    return tasks if user.may(Permission.SEE_INTAKE) else tasks.filter(audience__in=OF_EVERYBODY)


def just_closed(user: User, *, now: datetime) -> FollowUp | None:
    """The last task this person closed, while it can be opened again."""
    mine = FollowUp.objects.filter(state=FollowUp.State.DONE, done_by=user.actor.ref, done_at__gt=now - UNDO_FOR)
    return mine.select_related("patient").order_by("-done_at").first()


def asleep(tasks: QuerySet[FollowUp], *, now: datetime) -> QuerySet[FollowUp]:
    """Those that somebody put off and that have not come back yet."""
    return tasks.filter(snoozed_until__gt=now)


def awake(tasks: QuerySet[FollowUp], *, now: datetime) -> QuerySet[FollowUp]:
    """Those that nobody put off, or that came back."""
    return tasks.exclude(snoozed_until__gt=now)


def lines(tasks: Iterable[FollowUp], *, user: User, now: datetime) -> list[TaskLine]:
    """Tasks as rows; four queries for all of them.

    Args:
        tasks: with their patients already read.
        user: who reads; only those who may see an intake get a link to it.
        now: the moment.
    """
    tasks = list(tasks)
    plans = {plan.id: plan for plan in (*protocols.current().followups, *OF_THE_CLINIC)}
    refused = _refused_contact([task.patient_id for task in tasks if task.plan in ABOUT_THE_PRESCRIBER])
    may_open = user.may(Permission.SEE_INTAKE)
    found = _intakes([task.row_id for task in tasks]) if may_open else {}
    visits = dict(Appointment.objects.filter(pk__in=[task.row_id for task in tasks]).values_list("pk", "reference"))
    return [
        _line(
            task,
            plans.get(task.plan),
            found.get(task.row_id),
            now,
            is_mine=(task.audience in OF_EVERYBODY) == (user.role == Role.SCHEDULER),
            is_refused=task.patient_id in refused,
            visit=visits.get(task.row_id, ""),
            may_open=may_open,
        )
        for task in tasks
    ]


def _line(
    task: FollowUp,
    plan: FollowUpPlan | None,
    intake: Intake | None,
    now: datetime,
    *,
    is_mine: bool,
    is_refused: bool,
    visit: str,
    may_open: bool,
) -> TaskLine:
    what = plan.content if plan else f"Follow-up {task.plan}"
    if is_refused and task.plan in ABOUT_THE_PRESCRIBER:
        what = f"{what}. THEY HAVE NOT AGREED TO THIS: do not write to the prescriber"
    return TaskLine(
        id=task.pk,
        what=f"{what} ({task.reason})" if task.reason else what,
        source=SOURCES.get(plan.trigger, UNKNOWN) if plan else UNKNOWN,
        is_mine=is_mine,
        name=str(opened(task.patient, "legal_name", "") or task.patient.called),
        reference=task.patient.reference,
        phone=str(opened(task.patient, "phone", "not readable") or ""),
        due=words.due(task.due_at, now=now),
        is_late=task.due_at < now,
        is_urgent=task.priority in ("P0", "P1"),
        is_call=task.stop_condition in ("acknowledged", "contact made"),
        whose=FollowUp.Audience(task.audience).label.capitalize(),
        intake=intake.reference if intake else "",
        visit=visit,
        may_open=may_open,
        may_snooze=task.priority not in ("P0", "P1"),
        is_sent=intake is not None and intake.state == Intake.State.SUBMITTED,
        answers=ANSWERS.get(task.plan, ()),
    )


def _refused_contact(patients: list[UUID]) -> set[UUID]:
    """Those of these patients whose word now is not yes; asked each time the list is shown, so a withdrawal counts."""
    if not patients:
        return set()
    words = Consent.objects.filter(patient__in=patients, kind=PRESCRIBER).order_by("patient", "-at", "given")
    agreed = {word.patient_id for word in words.distinct("patient") if word.given}
    return set(patients) - agreed


def _intakes(row_ids: list[UUID]) -> dict[UUID, Intake]:
    """The intake behind each cause: the intake itself, its record, a decision about it, or what a wish is about."""
    wishes = dict(Wish.objects.filter(pk__in=row_ids).values_list("about", "pk"))
    row_ids = [*row_ids, *wishes]
    records = ScreeningRecord.objects.filter(pk__in=row_ids).select_related("intake")
    decisions = Decision.objects.filter(pk__in=row_ids).select_related("record__intake")
    found = {
        **{intake.pk: intake for intake in Intake.objects.filter(pk__in=row_ids)},
        **{record.pk: record.intake for record in records},
        **{decision.pk: decision.record.intake for decision in decisions},
    }
    return found | {wish: found[about] for about, wish in wishes.items() if about in found}
