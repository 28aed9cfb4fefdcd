"""Tasks that were closed by a slip, put off with a reason, closed by an event, or that nobody closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pytest

from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.followups import actions, task_actions
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLOCK = system("followups")


@pytest.fixture
def task() -> FollowUp:
    return open_task(records.sealed(records.REVIEW), "coordinator", priority="P3")


def test_a_slip_is_taken_back_by_who_made_it_within_ten_minutes(task: FollowUp) -> None:
    osei, lee = records.clinician().actor, records.clinician("Dr. Jon Lee").actor
    actions.close_task(follow_up=task, by=osei, now=NOW)

    for by, now in ((lee, NOW), (osei, NOW + timedelta(minutes=10))):
        with pytest.raises(actions.NotOpen):
            task_actions.undo_done(follow_up=task, by=by, now=now)
    task_actions.undo_done(follow_up=task, by=osei, now=NOW + timedelta(minutes=9))

    task.refresh_from_db()
    assert (task.state, task.done_at, task.done_by) == ("open", None, "")


def test_putting_off_says_why_and_keeps_it_open(task: FollowUp) -> None:
    task_actions.snooze(follow_up=task, until=NOW + DAY, reason="On leave", by=records.clinician().actor, now=NOW)

    task.refresh_from_db()
    assert (task.state, task.snoozed_until) == ("open", NOW + DAY)
    assert AuditEvent.objects.get(action="followups.snooze").why == "On leave"


@pytest.mark.parametrize(
    ("priority", "days", "reason"),
    [("P0", 1, "x"), ("P1", 1, "x"), ("P3", 15, "x"), ("P3", 0, "x"), ("P3", 1, " ")],
    ids=["P0", "P1", "too long", "backwards", "no reason"],
)
def test_what_is_pressing_or_unexplained_is_not_put_off(task: FollowUp, priority: str, days: int, reason: str) -> None:
    FollowUp.objects.filter(pk=task.pk).update(priority=priority)
    task.refresh_from_db()

    with pytest.raises(task_actions.MayNotSnooze):
        task_actions.snooze(follow_up=task, until=NOW + days * DAY, reason=reason, by=CLOCK, now=NOW)


LATE: Final = {
    "P0": [("2026-12-01 08:59", 0), ("2026-12-01 09:00", 1)],
    "P1": [("2026-12-01 17:59", 0), ("2026-12-01 18:00", 1)],
    "P2": [("2026-12-03 17:59", 0), ("2026-12-03 23:00", 0), ("2026-12-04 08:00", 1)],
    "P4": [("2026-12-08 17:59", 0), ("2026-12-09 03:00", 0), ("2026-12-09 08:00", 1)],
}
"""Of a task that was due at eight on a Tuesday: when nobody is told yet, and when somebody is, as the clinic counts."""


@pytest.mark.parametrize("priority", LATE)
def test_somebody_else_hears_of_a_task_on_the_clock_of_its_priority_and_never_at_night(
    priority: str, task: FollowUp
) -> None:
    FollowUp.objects.filter(pk=task.pk).update(priority=priority)
    moments = [datetime.fromisoformat(f"{moment}-08:00") for moment, _ in LATE[priority]]

    said = [task_actions.escalate(by=CLOCK, now=moment) for moment in moments]

    assert said == [count for _, count in LATE[priority]]
    assert Message.objects.filter(template="late-tasks").count() == 1


def test_a_task_that_became_late_on_friday_evening_is_not_told_before_monday(task: FollowUp) -> None:
    FollowUp.objects.filter(pk=task.pk).update(priority="P2", due_at=datetime.fromisoformat("2026-12-02 12:00-08:00"))
    moments = ("2026-12-04 18:00", "2026-12-05 12:00", "2026-12-06 12:00", "2026-12-07 07:59", "2026-12-07 08:00")

    said = [task_actions.escalate(by=CLOCK, now=datetime.fromisoformat(f"{each}-08:00")) for each in moments]

    assert said == [0, 0, 0, 0, 1]


def test_what_is_not_pressing_goes_to_the_directors_and_what_is_pages(task: FollowUp) -> None:
    director = records.clinician("Dr. Lin", role=Role.DIRECTOR)
    pressing = open_task(records.sealed(records.REVIEW), "clinician", priority="P1")

    said = [task_actions.escalate(by=CLOCK, now=NOW + 20 * DAY) for _ in range(2)]

    assert said == [2, 0]
    told = Message.objects.filter(template="late-tasks").order_by("-is_urgent")
    assert [(each.channel, each.to_role, each.staff, each.is_urgent) for each in told] == [
        ("pager", "on_call", None, True),
        ("email", "", director, False),
    ]
    assert FollowUp.objects.filter(pk__in=[task.pk, pressing.pk], escalated_at__isnull=False).count() == 2


def test_without_a_director_the_person_on_call_hears_of_it_all_the_same(task: FollowUp) -> None:
    task_actions.escalate(by=CLOCK, now=NOW + 20 * DAY)

    told = Message.objects.get(template="late-tasks")
    assert (told.channel, told.to_role, told.is_urgent) == ("pager", "on_call", False)


def test_what_was_put_off_is_not_late_meanwhile(task: FollowUp) -> None:
    task_actions.snooze(follow_up=task, until=NOW + 5 * DAY, reason="On leave", by=CLOCK, now=NOW)

    assert [task_actions.escalate(by=CLOCK, now=NOW + days * DAY) for days in (4, 14)] == [0, 1]


def test_an_event_closes_the_tasks_of_that_patient_that_wait_for_it(task: FollowUp) -> None:
    other = open_task(records.sealed(records.REVIEW), "coordinator")
    waits_for_reply = open_task(records.sealed(records.REVIEW), "clinician", "F17", stop_condition="reply")

    closed = task_actions.close_tasks(
        patient=task.patient, stop_conditions=("sent",), reason="letter sent", by=CLOCK, now=NOW
    )

    states = [FollowUp.objects.get(pk=each.pk).state for each in (task, other, waits_for_reply)]
    assert (closed, states) == (1, ["done", "open", "open"])
