"""Tasks that were closed by a slip, put off with a reason, closed by an event, or that nobody closes."""

from __future__ import annotations

from datetime import timedelta

import pytest

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


def test_what_nobody_closes_is_said_once(task: FollowUp) -> None:
    said = [task_actions.escalate(by=CLOCK, now=NOW + days * DAY) for days in (0, 2, 3)]

    assert said == [0, 1, 0]
    assert Message.objects.get(template="late-tasks").channel == "pager"


def test_what_was_put_off_is_not_late_meanwhile(task: FollowUp) -> None:
    task_actions.snooze(follow_up=task, until=NOW + 5 * DAY, reason="On leave", by=CLOCK, now=NOW)

    assert [task_actions.escalate(by=CLOCK, now=NOW + days * DAY) for days in (2, 6)] == [0, 1]


def test_an_event_closes_the_tasks_of_that_patient_that_wait_for_it(task: FollowUp) -> None:
    other = open_task(records.sealed(records.REVIEW), "coordinator")
    waits_for_reply = open_task(records.sealed(records.REVIEW), "clinician", "F17", stop_condition="reply")

    closed = task_actions.close_tasks(
        patient=task.patient, stop_conditions=("sent",), reason="letter sent", by=CLOCK, now=NOW
    )

    states = [FollowUp.objects.get(pk=each.pk).state for each in (task, other, waits_for_reply)]
    assert (closed, states) == (1, ["done", "open", "open"])
