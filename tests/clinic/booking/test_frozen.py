"""What was booked on something that does not stand any more is on hold: staff see it, a clinician is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import actions, allowed
from clinic.booking.calendar import day
from clinic.booking.displaced import on_hold
from clinic.booking.frozen import NOT_STANDING, TOO_LATE, frozen, touched
from clinic.booking.models import Appointment
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Decision

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
DESK = system("test")


def decide(patient: Patient, clinician: User, at: datetime, route: str = "ready_to_book", **said: Any) -> Decision:
    record = ScreeningRecord.objects.filter(intake__patient=patient).latest("screened_at")
    usual = {"reason": "", "conditions": "", "decided_at": at, "decided_by": clinician}
    basis = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    return Decision.objects.create(record=record, route=route, **(usual | basis | said))


def revoke(decision: Decision, clinician: User, at: datetime) -> None:
    Decision.objects.filter(pk=decision.pk).update(revoked_at=at, revoked_by=clinician)


@pytest.fixture
def reviewed(make_patient: Callable[..., Patient]) -> Patient:
    return make_patient("clinician_review")


@pytest.fixture
def decision(reviewed: Patient, clinician: User, now: datetime) -> Decision:
    return decide(reviewed, clinician, now - timedelta(hours=1))


@pytest.fixture
def booked(decision: Decision, reviewed: Patient, clinician: User, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(reviewed, clinician, at(3, 9)))


def both_ways(booked: Appointment, now: datetime) -> str:
    """What is said of it, which the cheap question for all appointments must not miss."""
    said = frozen([booked], now=now).get(booked.pk, "")
    assert not said or booked in touched(now)
    return said


def test_as_booked_it_is_not_frozen(booked: Appointment, now: datetime) -> None:
    assert both_ways(booked, now) == ""


def test_a_decision_that_is_taken_back_freezes(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))

    assert both_ways(booked, now + timedelta(minutes=2)) == NOT_STANDING


def test_newer_answers_freeze(booked: Appointment, decision: Decision, now: datetime) -> None:
    sealed = decision.record
    sealed.pk, sealed.number, sealed.screened_at = None, sealed.number + 1, now + timedelta(minutes=1)
    sealed._state.adding = True
    sealed.save()

    assert both_ways(booked, now + timedelta(minutes=2)) == NOT_STANDING


def test_a_safety_flag_freezes(booked: Appointment, now: datetime) -> None:
    Intake.objects.filter(patient=booked.patient).update(
        safety_raised_at=now + timedelta(minutes=1), safety_priority="P1"
    )

    assert both_ways(booked, now + timedelta(minutes=2)) == NOT_STANDING


def test_a_new_decision_with_an_earlier_last_day_freezes(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))
    decide(booked.patient, clinician, now + timedelta(minutes=1), valid_until=date(2026, 12, 2))

    assert both_ways(booked, now + timedelta(minutes=2)) == TOO_LATE


def test_a_new_decision_that_opens_booking_thaws(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))
    decide(booked.patient, clinician, now + timedelta(minutes=1))

    assert both_ways(booked, now + timedelta(minutes=2)) == ""


def test_staff_see_it_in_the_calendar_without_a_clinical_word(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))

    (entry,) = day(date(2026, 12, 3), zone="America/Los_Angeles", now=now + timedelta(minutes=2))

    assert entry.on_hold == "On hold: a clinician has to look before this visit"


def test_a_clinician_gets_one_task_for_each_thing_that_happened(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))
    for minutes in (2, 3):
        followups.plan(now=now + timedelta(minutes=minutes), by=DESK)
    Intake.objects.filter(patient=booked.patient).update(
        safety_raised_at=now + timedelta(minutes=4), safety_priority="P1"
    )
    followups.plan(now=now + timedelta(minutes=5), by=DESK)

    tasks = FollowUp.objects.filter(plan="C05")
    assert [task.audience for task in tasks] == ["clinician", "clinician"]


def test_the_task_ends_when_the_visit_is_cancelled(
    booked: Appointment, decision: Decision, clinician: User, now: datetime
) -> None:
    revoke(decision, clinician, now + timedelta(minutes=1))
    later = now + timedelta(minutes=2)
    followups.plan(now=later, by=DESK)
    followups.do_due(now=later, by=DESK)
    assert FollowUp.objects.get(plan="C05").state == "open"

    actions.cancel(appointment=booked, reason="", by=DESK, now=later)
    followups.withdraw(by=DESK)

    assert FollowUp.objects.get(plan="C05").state == "cancelled"


def test_the_patient_keeps_the_time_cannot_move_it_and_reads_nothing_clinical(
    booked: Appointment,
    decision: Decision,
    clinician: User,
    hold: Make,
    now: datetime,
    at: At,
    browser_for: Callable[[Patient], Client],
) -> None:
    browser = browser_for(booked.patient)
    before = browser.get("/book/done/").content
    revoke(decision, clinician, now - timedelta(seconds=1))

    assert browser.get("/book/done/").content == before
    html = browser.get("/my/appointment/move/").content.decode()
    assert "The appointment you have stays as it is" in html
    with pytest.raises(allowed.NotAllowedToBook):
        hold(booked.patient, clinician, at(4, 9), moves=booked)


@pytest.mark.parametrize("people", [1, 4])
@pytest.mark.parametrize(("ask", "cost"), [(frozen, 4), (on_hold, 5)], ids=["frozen", "on hold"])
def test_asking_of_many_costs_the_same_few_queries(
    make_patient: Callable[..., Patient],
    clinician: User,
    hold: Make,
    book: Make,
    now: datetime,
    at: At,
    people: int,
    ask: Callable[..., object],
    cost: int,
) -> None:
    visits = [book(hold(make_patient(), clinician, at(2, 9) + timedelta(minutes=20 * n))) for n in range(people)]

    with CaptureQueriesContext(connection) as queries:
        ask(visits, now=now)

    assert len(queries) == cost
