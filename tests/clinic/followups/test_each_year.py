"""Once a year: a clinician is asked whether somebody is still under care, and only a yes asks for the form again."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.followups import actions, task_actions
from clinic.followups.coverage import UNDO_FOR
from clinic.followups.models import FollowUp
from clinic.intake.models import Renewal
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import DAY, HOUR, MINUTE, NOW, a_patient, a_record, an_appointment, do_due, planned

YEAR = datetime(2027, 12, 2, 18, 0, tzinfo=UTC)
"""Twelve months after NOW, at the same time on the clock in Los Angeles."""
ASKED = NOW + 350 * DAY
YES, NO = FollowUp.Answer.UNDER_CARE, FollowUp.Answer.LEFT_CARE


@pytest.fixture
def seen(patient: Patient, clinician: User) -> Patient:
    """Somebody who sent a form, and had a visit a week later."""
    a_record(patient, "ready_to_book", "P4", answers={})
    an_appointment(patient, clinician, NOW + 7 * DAY, state="completed")
    return patient


def asked() -> FollowUp:
    """The question to the clinician, once it is open."""
    do_due(ASKED)
    return planned("C16")["C16"]


def answered(answer: str, clinician: User, at: datetime = ASKED) -> FollowUp:
    """The same, answered; whoever answered cannot take it back any more."""
    task = asked()
    actions.close_task(follow_up=task, by=clinician.actor, now=at, answer=answer)
    do_due(at + UNDO_FOR)
    task.refresh_from_db()
    return task


def letters() -> list[Message]:
    return list(Message.objects.filter(template="yearly-form"))


def test_two_weeks_before_a_year_is_over_a_clinician_is_asked(seen: Patient) -> None:
    do_due(ASKED - MINUTE)
    assert not planned("C16") or planned("C16")["C16"].state == "planned"

    task = asked()

    assert (task.state, task.audience, task.priority) == ("open", "clinician", "P3")
    assert letters() == []


def test_nothing_leaves_while_nobody_has_answered(seen: Patient) -> None:
    asked()

    for day in range(0, 60, 5):
        do_due(YEAR + day * DAY)

    assert (letters(), Renewal.objects.count()) == ([], 0)
    assert planned("C16")["C16"].state == "open"


def test_a_yes_asks_for_the_form_twelve_months_after_the_last_one_once(seen: Patient, clinician: User) -> None:
    answered(YES, clinician)
    assert (planned("F42")["F42"].due_at, letters()) == (YEAR, [])
    do_due(YEAR - MINUTE)
    assert (letters(), Renewal.objects.count()) == ([], 0)

    for minutes in range(3):
        do_due(YEAR + minutes * MINUTE)

    (letter,) = letters()
    assert (letter.patient, letter.due_at, letter.keeps_quiet_hours) == (seen, YEAR, True)
    assert Renewal.objects.get().asked_for == planned("F42")["F42"].pk


def test_a_year_later_by_their_clock_never_at_night(clinician: User) -> None:
    patient = a_patient(time_zone="Australia/Sydney")
    a_record(patient, "ready_to_book", "P4", at=datetime(2026, 9, 27, 11, 30, tzinfo=UTC), answers={})
    an_appointment(patient, clinician, NOW, state="completed")
    answered(YES, clinician)

    due = planned("F42")["F42"].due_at

    assert due.astimezone(ZoneInfo("Australia/Sydney")).strftime("%d %B %Y %H:%M") == "28 September 2027 08:00"


def test_a_no_sends_nothing_ever(seen: Patient, clinician: User) -> None:
    task = answered(NO, clinician)

    for day in range(0, 400, 30):
        do_due(YEAR + day * DAY)

    assert (task.state, task.answer) == ("done", NO)
    assert AuditEvent.objects.get(subject=f"followup:{task.pk}", action="followups.close_task").detail["answer"] == NO
    assert (planned("F42"), letters(), Renewal.objects.count()) == ({}, [], 0)
    assert FollowUp.objects.filter(plan="C16").count() == 1


def test_a_yes_that_comes_months_late_asks_at_once(seen: Patient, clinician: User) -> None:
    answered(YES, clinician, at=YEAR + 90 * DAY)

    do_due(YEAR + 90 * DAY + UNDO_FOR)

    assert len(letters()) == 1
    assert letters()[0].too_late_at > YEAR + 300 * DAY


@pytest.mark.parametrize("first", [YES, NO])
def test_an_answer_by_a_slip_is_taken_back_before_anything_follows_from_it(
    first: str, seen: Patient, clinician: User
) -> None:
    do_due(YEAR)
    task = planned("C16")["C16"]
    actions.close_task(follow_up=task, by=clinician.actor, now=YEAR, answer=first)
    do_due(YEAR + UNDO_FOR - MINUTE)
    assert not planned("F42")
    task_actions.undo_done(follow_up=task, by=clinician.actor, now=YEAR + UNDO_FOR - MINUTE)

    do_due(YEAR + HOUR)

    task.refresh_from_db()
    assert (task.state, task.answer) == ("open", "")
    assert not planned("F42")


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_the_question_is_closed_by_an_answer_only(answer: str, seen: Patient, clinician: User) -> None:
    task = asked()

    with pytest.raises(actions.NotAnAnswer):
        actions.close_task(follow_up=task, by=clinician.actor, now=ASKED, answer=answer)

    task.refresh_from_db()
    assert task.state == "open"


def test_two_answers_at_once_are_the_first(seen: Patient, clinician: User) -> None:
    task = asked()
    actions.close_task(follow_up=task, by=clinician.actor, now=ASKED, answer=NO)

    with pytest.raises(actions.NotOpen):
        actions.close_task(follow_up=task, by=clinician.actor, now=ASKED, answer=YES)

    task.refresh_from_db()
    assert task.answer == NO


def test_nobody_is_asked_about_somebody_whom_nobody_ever_met(patient: Patient, clinician: User) -> None:
    a_record(patient, "ready_to_book", "P4")
    an_appointment(patient, clinician, NOW + DAY, state="no_show")

    do_due(YEAR)

    assert not planned("C16")


@pytest.mark.parametrize("sent_after", [10, 355, 364])
def test_a_form_they_sent_by_themselves_ends_the_question_and_the_letter(
    sent_after: int, seen: Patient, clinician: User
) -> None:
    if sent_after > 350:
        answered(YES, clinician)
    a_record(seen, "ready_to_book", "P4", at=NOW + sent_after * DAY, answers={})

    do_due(YEAR + DAY)

    assert letters() == []
    assert {row.reason for row in planned("F42").values()} <= {"they sent a new form"}


def test_the_next_year_counts_from_the_new_form(seen: Patient, clinician: User) -> None:
    answered(YES, clinician)
    do_due(YEAR)
    a_record(seen, "ready_to_book", "P4", at=YEAR + 3 * DAY, answers={})

    do_due(YEAR + 353 * DAY)

    assert FollowUp.objects.filter(plan="C16", state="open").get().counts_from == YEAR + 3 * DAY


def test_a_form_that_does_not_come_is_a_call(seen: Patient, clinician: User) -> None:
    answered(YES, clinician)
    do_due(YEAR)
    do_due(YEAR + 13 * DAY)
    assert planned("C17")["C17"].state == "planned"

    do_due(YEAR + 14 * DAY + HOUR)

    call = planned("C17")["C17"]
    assert (call.state, call.audience) == ("open", "coordinator")
    a_record(seen, "ready_to_book", "P4", at=YEAR + 15 * DAY, answers={})
    do_due(YEAR + 15 * DAY)
    assert planned("C17")["C17"].reason == "they sent a new form"


def test_somebody_who_cannot_be_written_to_is_called_and_asked_on_their_page(clinician: User) -> None:
    patient = a_patient(safe_contact="no")
    a_record(patient, "ready_to_book", "P4", answers={})
    an_appointment(patient, clinician, NOW + DAY, state="completed")
    answered(YES, clinician)

    do_due(YEAR)

    assert (planned("F42")["F42"].state, letters()) == ("open", [])
    assert Renewal.objects.get().patient == patient
