"""The questions of weeks 1 to 12: opened with their message, reminded of once, then a person; what came of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.accounts.models import User
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.questionnaires.models import Questionnaire

from .conftest import DAY, HOUR, MINUTE, NOW, a_patient, a_record, an_appointment, do_due, opt_out, planned

WEEK = 7 * DAY
SERIES = ("F31", "F32", "F33", "F34", "F35")


@pytest.fixture
def seen(patient: Patient, clinician: User) -> Patient:
    """Somebody who sent a form and had a visit that is just over."""
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY, answers={})
    an_appointment(patient, clinician, NOW - HOUR, state="completed")
    return patient


def messages(template: str) -> int:
    return Message.objects.filter(template=template).count()


def test_the_questions_open_in_the_transaction_of_their_message(seen: Patient) -> None:
    do_due(NOW + WEEK)

    asked = Questionnaire.objects.get()
    assert asked.asked_for == planned("F31")["F31"].pk
    assert (asked.plan, asked.asks) == ("F31", ["phq9", "gad7"])
    assert messages("short-questions") == 1


def test_doing_it_again_opens_and_sends_nothing_more(seen: Patient) -> None:
    do_due(NOW + WEEK)
    FollowUp.objects.filter(plan="F31").update(state="planned")

    do_due(NOW + WEEK + MINUTE)

    assert Questionnaire.objects.count() == 1
    assert messages("short-questions") == 1


def test_over_twelve_weeks_each_is_asked_once_and_reminded_of_once(seen: Patient) -> None:
    for week in (1, 2, 4, 8, 12):
        for day in range(5):
            do_due(NOW + week * WEEK + day * DAY)

    assert list(Questionnaire.objects.order_by("opened_at").values_list("plan", flat=True)) == list(SERIES)
    assert messages("short-questions") == 5
    assert messages("short-questions-again") == 5
    assert FollowUp.objects.filter(plan="C08").count() == 5


def test_a_person_takes_over_after_three_days(seen: Patient) -> None:
    do_due(NOW + WEEK)

    do_due(NOW + WEEK + 3 * DAY)

    task = planned("C08")["C08"]
    assert (task.state, task.audience) == ("open", "coordinator")


def test_a_message_that_has_not_left_is_taken_back_once_its_questions_were_answered(seen: Patient) -> None:
    do_due(NOW + WEEK)
    sent(concern="")

    do_due(NOW + WEEK + MINUTE)

    message = Message.objects.get(template="short-questions")
    assert (message.state, message.reason) == ("cancelled", "answered")
    assert planned("F31")["F31"].state == "cancelled"


def test_a_call_about_questions_ends_once_they_were_answered(seen: Patient) -> None:
    Patient.objects.update(safe_contact="no")
    do_due(NOW + WEEK)
    assert planned("F31")["F31"].state == "open"
    sent(concern="")

    do_due(NOW + WEEK + MINUTE)

    assert (planned("F31")["F31"].state, planned("F31")["F31"].reason) == ("cancelled", "answered")


def test_what_was_answered_is_not_reminded_of(seen: Patient) -> None:
    do_due(NOW + WEEK)
    sent(concern="")

    do_due(NOW + WEEK + 4 * DAY)

    assert messages("short-questions-again") == 0
    assert {row.state for row in planned("C07", "C08").values()} <= {"cancelled"}


def test_a_task_to_call_ends_when_the_answer_comes(seen: Patient) -> None:
    do_due(NOW + WEEK)
    do_due(NOW + WEEK + 3 * DAY)

    sent(concern="")
    do_due(NOW + WEEK + 3 * DAY + MINUTE)

    task = planned("C08")["C08"]
    assert (task.state, task.reason) == ("cancelled", "answered")


def test_somebody_who_opted_out_is_asked_nothing(seen: Patient) -> None:
    opt_out(seen)

    do_due(NOW + WEEK)

    assert Questionnaire.objects.count() == 0
    assert planned("F31")["F31"].reason == "opted out"


def test_somebody_who_cannot_be_written_to_is_called_and_can_answer_on_their_page(clinician: User) -> None:
    patient = a_patient(safe_contact="no")
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY)
    an_appointment(patient, clinician, NOW - HOUR, state="completed")

    do_due(NOW + WEEK)

    assert planned("F31")["F31"].state == "open"
    assert Questionnaire.objects.get().state == "open"
    assert messages("short-questions") == 0


def test_somebody_without_a_form_has_nothing_to_answer(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW - HOUR, state="completed")

    do_due(NOW + WEEK)

    row = planned("F31")["F31"]
    assert (row.state, row.reason) == ("cancelled", "nothing to ask")


@pytest.mark.parametrize(("concern", "due"), [("P1", timedelta()), ("P2", 2 * DAY)])
def test_a_score_that_worries_is_a_task_at_once_due_as_the_protocol_says(
    seen: Patient, concern: str, due: timedelta
) -> None:
    do_due(NOW + WEEK)
    sent(concern=concern)

    do_due(NOW + WEEK)

    task = planned("F36")["F36"]
    assert (task.state, task.priority, task.audience) == ("open", concern, "clinician")
    assert task.due_at.date() == (NOW + WEEK + due).date()


def test_a_calm_score_is_no_task(seen: Patient) -> None:
    do_due(NOW + WEEK)
    sent(concern="")

    do_due(NOW + WEEK + MINUTE)

    assert not planned("F36")


def sent(concern: str) -> None:
    """The questions that are open were answered."""
    Questionnaire.objects.filter(state="open").update(state="sent", sent_at=NOW + WEEK, concern=concern)
