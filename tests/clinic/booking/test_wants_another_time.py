"""A 2 in answer to a reminder asks somebody at the desk to call, once, until the visit is as they want it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from clinic import celery
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.booking import actions
from clinic.booking.models import Appointment
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from tests.clinic.booking.test_answered import Make, clock, remind, visit
from tests.clinic.notifications.test_text_replies import write
from tests.sign_in import signed_in

__all__ = ["clock", "visit"]
pytestmark = pytest.mark.django_db
DESK = system("test")


@pytest.fixture(autouse=True)
def only_these_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning everything else each time would take most of the time of these tests."""
    monkeypatch.setattr(followups, "is_planned", lambda plan: plan.id == "C22")


def say(clock: time_machine.Traveller, *words: str) -> None:
    """They answer by text, a minute apart, and nobody looks in between."""
    for word in words:
        clock.shift(60)
        write(word, sid=f"SM{datetime.now(UTC).timestamp()}")


def tasks() -> list[FollowUp]:
    """What is open after the sweeps of two minutes."""
    for _ in range(2):
        now = datetime.now(UTC)
        followups.plan(now=now, by=DESK)
        followups.do_due(now=now, by=DESK)
        followups.withdraw(by=DESK)
    return list(FollowUp.objects.filter(plan="C22", state="open"))


def test_a_2_is_a_task_of_the_desk_which_says_where_it_comes_from(
    visit: Appointment, clock: time_machine.Traveller
) -> None:
    say(clock, "2")

    (task,) = tasks()
    assert (task.row_id, task.audience, task.priority) == (visit.pk, "coordinator", "P1")
    scheduler = User.objects.create_user("desk@larkfield.example", name="Luis", role=Role.SCHEDULER)
    page = signed_in(scheduler).get(reverse("staff:tasks")).content.decode()
    assert "They answered our reminder by text: they want another time" in page
    assert "From their answer to a reminder" in page
    assert reverse("staff:appointment", args=[visit.reference]) in page


def test_nobody_waits_for_the_sweep(
    visit: Appointment,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(celery, "_hand_over", lambda *given: told.append(given))

    with django_capture_on_commit_callbacks(execute=True):
        write("2")

    assert told == [("clinic.followups.tasks.look_at", str(visit.pk), "default")]


def test_said_twice_it_is_one_task(visit: Appointment, clock: time_machine.Traveller) -> None:
    say(clock, "2")
    (first,) = tasks()

    say(clock, "2", "2")

    assert [each.pk for each in tasks()] == [first.pk]


@pytest.mark.parametrize("how", ["moved", "cancelled", "confirmed"])
def test_it_goes_when_the_visit_is_as_they_want_it(
    visit: Appointment,
    clock: time_machine.Traveller,
    clinician: User,
    hold: Make,
    at: Callable[..., datetime],
    how: str,
) -> None:
    say(clock, "2")
    assert len(tasks()) == 1

    if how == "moved":
        to = hold(visit.patient, clinician, at(3, 9), moves=visit, now=datetime.now(UTC))
        actions.move(to=to, phone="1", reminders="text", needs=[], by=DESK, now=datetime.now(UTC))
    elif how == "cancelled":
        actions.cancel(appointment=visit, reason="", by=DESK, now=datetime.now(UTC))
    else:
        say(clock, "1")

    assert tasks() == []
    assert [each.state for each in FollowUp.objects.filter(plan="C22")] == ["cancelled"]


@pytest.mark.parametrize("between", ["a 1", "a closed task"])
def test_said_again_after_it_was_over_it_is_a_task_again(
    visit: Appointment, clock: time_machine.Traveller, at: Callable[..., datetime], between: str
) -> None:
    say(clock, "2")
    (first,) = tasks()
    if between == "a 1":
        say(clock, "1")
    else:
        followups.close_task(follow_up=first, by=DESK, now=datetime.now(UTC))
    assert tasks() == []

    remind(visit, datetime.now(UTC), "reminder-2-hours")
    say(clock, "2")

    assert [each.row_id for each in tasks() if each.pk != first.pk] == [visit.pk]
