"""What follows from a session and a course: checks after 24 and 72 hours, and of the bladder until it ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from clinic.accounts.models import User
from clinic.followups.models import FollowUp
from clinic.patients.models import Patient
from clinic.questionnaires.models import Questionnaire
from clinic.treatment import actions
from clinic.treatment.models import Course, Session

from .conftest import DAY, HOUR, MINUTE, NOW, a_record, an_intake, another_record, do_due, plan, planned

WEEK = 7 * DAY


@pytest.fixture
def session(patient: Patient, clinician: User) -> Session:
    """A session that has just ended."""
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY)
    return actions.record_session(
        patient=patient, key=uuid4(), medicine="ketamine", began_at=NOW - HOUR, left_at=NOW, form={},
        by=clinician.actor, now=NOW,
    )  # fmt: skip


def test_a_session_is_asked_about_after_a_day_and_after_three(session: Session) -> None:
    plan()

    rows = planned("F29", "F30")
    assert [rows[name].due_at for name in ("F29", "F30")] == [NOW + DAY, NOW + 3 * DAY]


def test_each_check_opens_with_its_message_and_the_second_takes_the_place_of_the_first(session: Session) -> None:
    do_due(NOW + DAY)
    do_due(NOW + 3 * DAY)

    asked = Questionnaire.objects.order_by("opened_at")
    assert [(each.plan, each.state) for each in asked] == [("F29", "closed"), ("F30", "open")]


def test_the_bladder_is_asked_about_every_four_weeks_and_then_every_twelve(session: Session) -> None:
    plan()

    due = FollowUp.objects.filter(plan="F37").order_by("due_at").values_list("due_at", flat=True)
    weeks = [round((at - session.course.began_at) / WEEK) for at in due]
    assert weeks[:5] == [4, 8, 12, 24, 36]


def test_a_second_session_begins_no_second_course(session: Session, clinician: User) -> None:
    plan()
    actions.record_session(
        patient=session.course.patient, key=uuid4(), medicine="ketamine", began_at=NOW + WEEK,
        left_at=NOW + WEEK + HOUR, form={}, by=clinician.actor, now=NOW + WEEK + HOUR,
    )  # fmt: skip
    plan(NOW + WEEK + HOUR)

    assert Course.objects.count() == 1
    assert FollowUp.objects.filter(plan="F29").count() == 2


def test_when_the_course_ends_nobody_is_asked_about_it_any_more(session: Session, clinician: User) -> None:
    plan()
    actions.end_course(course=session.course, by=clinician.actor, now=NOW + WEEK)

    do_due(NOW + 4 * WEEK)

    row = FollowUp.objects.filter(plan="F37").order_by("due_at").first()
    assert row
    assert (row.state, row.reason) == ("cancelled", "the course ended")
    assert not Questionnaire.objects.filter(plan="F37").exists()


def test_the_form_of_a_session_sent_twice_is_one_session(session: Session, clinician: User) -> None:
    again = actions.record_session(
        patient=session.course.patient, key=session.key, medicine="ketamine", began_at=NOW - HOUR, left_at=NOW, form={},
        by=clinician.actor, now=NOW + MINUTE,
    )  # fmt: skip

    assert again == session


@pytest.mark.parametrize(("stayed", "is_refused"), [(timedelta(minutes=119), True), (timedelta(hours=2), False)])
def test_after_esketamine_nobody_leaves_before_two_hours(
    patient: Patient, clinician: User, stayed: timedelta, is_refused: bool
) -> None:
    def record_it() -> None:
        actions.record_session(
            patient=patient, key=uuid4(), medicine="esketamine", began_at=NOW, left_at=NOW + stayed, form={},
            by=clinician.actor, now=NOW + stayed,
        )  # fmt: skip

    if is_refused:
        with pytest.raises(actions.LeftTooEarly):
            record_it()
    else:
        record_it()
    assert Session.objects.exists() is not is_refused


def test_a_symptom_told_is_a_task_due_in_two_working_days(session: Session) -> None:
    do_due(NOW + DAY)
    Questionnaire.objects.update(state="sent", sent_at=NOW + DAY, concern="S")

    do_due(NOW + DAY + MINUTE)

    task = planned("C09")["C09"]
    assert (task.state, task.audience, task.priority) == ("open", "clinician", "P2")
    assert task.due_at > NOW + 2 * DAY


def test_those_who_take_small_amounts_are_asked_after_twelve_weeks(patient: Patient) -> None:
    intake = an_intake(patient, state="submitted", submitted_at=NOW)
    another_record(intake, "ready_to_book", "P4", at=NOW, number=1, small_amounts="yes")

    do_due(NOW + 11 * WEEK)
    assert not FollowUp.objects.filter(plan="F39").exists()
    do_due(NOW + 12 * WEEK)

    assert planned("F39")["F39"].state == "done"
    assert Questionnaire.objects.get().asks == ["small-amounts"]


def test_a_course_that_goes_on_is_asked_about_in_its_second_and_third_year_too(session: Session) -> None:
    began = session.course.began_at
    for weeks in range(0, 160, 4):
        plan(began + weeks * WEEK)

    due = FollowUp.objects.filter(plan="F37").order_by("due_at").values_list("due_at", flat=True)
    weeks = [round((at - began) / WEEK) for at in due]
    assert weeks[:14] == [4, 8, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144]


def test_a_clock_that_was_changed_asks_about_no_course_twice(session: Session) -> None:
    plan()
    last = FollowUp.objects.filter(plan="F37").order_by("due_at").last()
    assert last
    Patient.objects.update(time_zone="America/New_York")

    plan(last.due_at + MINUTE)

    gaps = FollowUp.objects.filter(plan="F37", due_at__gt=last.due_at - WEEK).order_by("due_at")
    weeks = [round((each.due_at - last.due_at) / WEEK) for each in gaps]
    assert weeks == [0, 12, 24, 36, 48]
