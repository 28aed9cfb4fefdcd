"""After a visit: the staff say whether they met, what follows is kind, and a mistake can be put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import connection

from clinic.accounts.models import User
from clinic.audit.actors import staff, system
from clinic.audit.models import AuditEvent
from clinic.booking import actions, visit_actions
from clinic.booking.models import Appointment
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
State = Appointment.State
DESK = staff(7)
DAY = timedelta(days=1)


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(patient, clinician, at(2, 9)))


def every_minute(now: datetime) -> None:
    followups.plan(now=now, by=system("test"))
    followups.withdraw(by=system("test"))
    followups.do_due(now=now, by=system("test"))


@pytest.mark.parametrize(
    ("verb", "state"), [("complete", "completed"), ("leave_early", "left_early"), ("miss", "no_show")]
)
def test_it_is_kept_who_said_it_and_on_the_record(booked: Appointment, verb: str, state: str) -> None:
    over = getattr(visit_actions, verb)(appointment=booked, by=DESK, now=booked.start)
    getattr(visit_actions, verb)(appointment=booked, by=DESK, now=booked.end)

    assert (over.state, over.over_at, over.over_by) == (state, booked.start, "staff:7")
    assert AuditEvent.objects.filter(action=f"booking.{verb}").count() == 1


@pytest.mark.parametrize("verb", ["complete", "leave_early", "miss"])
def test_before_it_begins_nobody_has_met_or_missed_anything(booked: Appointment, verb: str) -> None:
    with pytest.raises(visit_actions.NotToBeMarked, match="not begun"):
        getattr(visit_actions, verb)(appointment=booked, by=DESK, now=booked.start - timedelta(seconds=1))


@pytest.mark.parametrize("verb", ["complete", "leave_early", "miss"])
def test_what_is_cancelled_was_neither(booked: Appointment, now: datetime, verb: str) -> None:
    actions.cancel(appointment=booked, reason="", by=DESK, now=now)

    with pytest.raises(visit_actions.NotToBeMarked, match="not booked"):
        getattr(visit_actions, verb)(appointment=booked, by=DESK, now=booked.start)


def test_somebody_is_here_from_two_hours_before_and_nothing_follows_from_it(booked: Appointment) -> None:
    early = booked.start - timedelta(hours=2)
    with pytest.raises(visit_actions.NotToBeMarked, match="not begun"):
        visit_actions.arrive(appointment=booked, by=DESK, now=early - timedelta(seconds=1))

    here = visit_actions.arrive(appointment=booked, by=DESK, now=early)
    again = visit_actions.arrive(appointment=booked, by=DESK, now=booked.start)

    assert (here.state, here.arrived_at, here.arrived_by, here.is_here) == (State.BOOKED, early, "staff:7", True)
    assert again.arrived_at == early
    assert AuditEvent.objects.filter(action="booking.arrive").count() == 1
    visit_actions.complete(appointment=booked, by=DESK, now=booked.end)
    with pytest.raises(visit_actions.NotToBeMarked, match="not booked"):
        visit_actions.arrive(appointment=_another(booked), by=DESK, now=booked.start)


def _another(over: Appointment) -> Appointment:
    Appointment.objects.filter(pk=over.pk).update(arrived_at=None, arrived_by="")
    return over


def test_who_left_early_may_book_again_and_nothing_that_follows_a_visit_is_planned(
    booked: Appointment, patient: Patient, clinician: User, hold: Make, at: At
) -> None:
    every_minute(booked.start)
    visit_actions.leave_early(appointment=booked, by=DESK, now=booked.end)
    every_minute(booked.end + DAY)

    after = FollowUp.objects.filter(patient=patient, cause__contains=str(booked.pk)).exclude(state="cancelled")
    assert {each.plan for each in after} & {"F25", "F26", "F28"} == set()
    assert hold(patient, clinician, at(4, 9), now=booked.end).state == State.HELD


def test_what_the_desk_heard_is_encrypted_and_on_the_record_without_the_words(booked: Appointment) -> None:
    for _ in range(2):
        visit_actions.note_down(appointment=booked, note=" Ring twice ", agreed_on_phone=True, by=DESK)

    booked.refresh_from_db()
    assert (booked.note, booked.agreed_on_phone) == ("Ring twice", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note::text FROM booking_appointment WHERE id = %s", [booked.pk])
        assert "Ring" not in str(cursor.fetchone())
    line = AuditEvent.objects.get(action="booking.note_down")
    assert "Ring" not in str(line.detail)


def test_a_failing_audit_undoes_it(booked: Appointment) -> None:
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        visit_actions.miss(appointment=booked, by=DESK, now=booked.end)

    booked.refresh_from_db()
    assert booked.state == State.BOOKED


def test_who_missed_it_gets_a_kind_message_with_one_link_and_may_book_again(
    booked: Appointment, hold: Make, at: At
) -> None:
    visit_actions.miss(appointment=booked, by=DESK, now=booked.end)
    every_minute(booked.end + DAY)

    assert Message.objects.get(template="book-again").about.keys() == {"follow_up"}
    assert FollowUp.objects.get(plan="F25").state == "open"
    assert not FollowUp.objects.filter(plan="C06").exists()
    assert hold(booked.patient, booked.clinician, at(4, 9), now=booked.end).state == State.HELD


@pytest.mark.parametrize(("days", "asked"), [(89, 1), (91, 0)])
def test_after_a_safety_flag_a_clinician_gets_a_task_at_once(booked: Appointment, days: int, asked: int) -> None:
    visit_actions.miss(appointment=booked, by=DESK, now=booked.end)
    Intake.objects.filter(patient=booked.patient).update(safety_raised_at=booked.end - days * DAY, safety_priority="P1")
    every_minute(booked.end)

    tasks = FollowUp.objects.filter(plan="C06", state="open", audience="clinician", priority="P1")
    assert tasks.count() == asked


def test_when_it_was_a_mistake_nobody_is_written_to(booked: Appointment) -> None:
    visit_actions.miss(appointment=booked, by=DESK, now=booked.end)
    every_minute(booked.end + timedelta(hours=1))
    assert FollowUp.objects.get(plan="F25").state == "open"

    over = visit_actions.complete(appointment=booked, by=DESK, now=booked.end + timedelta(hours=2))
    every_minute(booked.end + DAY)

    assert over.state == State.COMPLETED
    assert not Message.objects.filter(template="book-again").exists()
    assert FollowUp.objects.get(plan="F25").reason == "the staff corrected it"
    assert Message.objects.filter(key__startswith="followup:", template="check-in").count() == 1
