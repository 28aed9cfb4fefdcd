"""What was planned is looked at again when it is due: a visit that was corrected, a prescriber who answered."""

from __future__ import annotations

from datetime import datetime

import pytest

from clinic.accounts.models import User
from clinic.booking import visit_actions
from clinic.followups.actions import close_task
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.reviews.models import Decision, Letter

from .conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_patient,
    a_record,
    an_appointment,
    an_intake,
    another_record,
    do_due,
    plan,
    planned,
    revoke,
)

WEEK = 7 * DAY
SERIES = {"F31": 1, "F32": 2, "F33": 4, "F34": 8, "F35": 12}
"""The weeks after a visit in which somebody is asked how they are."""


@pytest.mark.parametrize("correct", [visit_actions.miss, visit_actions.leave_early])
def test_somebody_whom_nobody_met_after_all_is_asked_nothing_for_twelve_weeks(
    correct: object, patient: Patient, clinician: User
) -> None:
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY)
    visit = an_appointment(patient, clinician, NOW - HOUR, state="completed")
    plan()
    correct(appointment=visit, by=clinician.actor, now=NOW + MINUTE)  # type: ignore[operator]

    for weeks in SERIES.values():
        do_due(NOW + weeks * WEEK)

    rows = planned(*SERIES)
    assert {name: (row.state, row.reason) for name, row in rows.items()} == dict.fromkeys(
        SERIES, ("cancelled", "the staff corrected it")
    )
    assert not Message.objects.filter(template="short-questions").exists()


def test_a_visit_that_was_missed_after_all_is_called_about_although_a_correction_had_ended_the_call(
    patient: Patient, clinician: User
) -> None:
    visit = an_appointment(patient, clinician, NOW - 2 * HOUR, state="no_show")
    do_due(NOW)
    visit_actions.complete(appointment=visit, by=clinician.actor, now=NOW + MINUTE)
    do_due(NOW + 2 * MINUTE)
    assert planned("F25")["F25"].reason == "the staff corrected it"

    for minute in (3, 5, 7):
        visit_actions.miss(appointment=visit, by=clinician.actor, now=NOW + minute * MINUTE)
        do_due(NOW + minute * MINUTE)
        calls = FollowUp.objects.filter(plan="F25", state="open")
        assert calls.count() == 1
        if minute == 5:
            visit_actions.leave_early(appointment=visit, by=clinician.actor, now=NOW + 6 * MINUTE)
            do_due(NOW + 6 * MINUTE)
            assert not calls.exists()
    assert FollowUp.objects.filter(plan="F25").count() == 3


def test_what_was_done_about_a_missed_visit_is_not_done_again_when_it_is_missed_after_all(
    patient: Patient, clinician: User
) -> None:
    visit = an_appointment(patient, clinician, NOW - 2 * HOUR, state="no_show")
    do_due(NOW)
    close_task(follow_up=planned("F25")["F25"], by=clinician.actor, now=NOW + MINUTE)
    visit_actions.complete(appointment=visit, by=clinician.actor, now=NOW + 2 * MINUTE)
    do_due(NOW + 2 * MINUTE)
    visit_actions.miss(appointment=visit, by=clinician.actor, now=NOW + 3 * MINUTE)
    do_due(NOW + 3 * MINUTE)

    assert planned("F25")["F25"].state == "done"


def test_the_questions_of_a_visit_come_once_although_it_was_corrected_twice(patient: Patient, clinician: User) -> None:
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY)
    visit = an_appointment(patient, clinician, NOW - HOUR, state="completed")
    plan()
    visit_actions.miss(appointment=visit, by=clinician.actor, now=NOW + MINUTE)
    do_due(NOW + WEEK)
    visit_actions.complete(appointment=visit, by=clinician.actor, now=NOW + WEEK + MINUTE)

    for weeks in SERIES.values():
        do_due(NOW + weeks * WEEK + 2 * MINUTE)

    assert Message.objects.filter(template="short-questions").count() == len(SERIES)


def a_letter(patient: Patient, clinician: User, *, state: str, by_decision: bool) -> None:
    """A letter to the prescriber about a record, from which the follow-ups come or from a decision about it."""
    record = a_record(patient, "clinician_review" if by_decision else "prescriber_coordination", "P3")
    if by_decision:
        a_decision(record, "prescriber_first", clinician)
    sent = {"sent_at": NOW, "sent_by": clinician, "way": "fax"} if state != "draft" else {}
    answered = {"answered_at": NOW + DAY, "answered_by": clinician} if state == "answered" else {}
    Letter.objects.create(
        record=record, template_version="1", to="Dr. Lee", body="Hello", state=state, drafted_at=NOW,
        drafted_by=clinician, **sent, **answered,
    )  # fmt: skip


@pytest.mark.parametrize("by_decision", [False, True])
@pytest.mark.parametrize(("state", "expected"), [("sent", "open"), ("draft", "open"), ("answered", "cancelled")])
def test_a_prescriber_who_answered_is_not_reminded(
    state: str, expected: str, by_decision: bool, patient: Patient, clinician: User
) -> None:
    plan()
    a_letter(patient, clinician, state=state, by_decision=by_decision)

    do_due(NOW + 7 * DAY + HOUR)

    reminder = planned("F17")["F17"]
    assert reminder.state == expected
    assert (reminder.reason == "the prescriber answered") is (expected == "cancelled")


def test_a_prescriber_who_is_asked_after_another_decision_is_waited_for_again(
    patient: Patient, clinician: User
) -> None:
    record = a_record(patient, "prescriber_coordination", "P3")
    plan()
    first = a_decision(record, "ready_to_book", clinician)
    do_due(NOW + 2 * WEEK + HOUR)
    assert (planned("F18")["F18"].state, planned("F18")["F18"].reason) == ("cancelled", "decided")
    revoke(first, clinician, at=NOW + 3 * WEEK)
    second = a_decision(record, "prescriber_first", clinician, at=NOW + 3 * WEEK)

    do_due(NOW + 5 * WEEK + HOUR)

    anew = FollowUp.objects.filter(cause=f"decision:{second.pk}")
    assert dict(anew.values_list("plan", "state")) == {"F18": "open"}


@pytest.mark.parametrize("how", ["a newer record", "its last day"])
def test_no_prescriber_is_written_to_or_reminded_after_the_decision_that_asked_for_it_is_over(
    how: str, patient: Patient, clinician: User
) -> None:
    record = a_record(patient, "clinician_review", "P3")
    decision = a_decision(record, "prescriber_first", clinician, contacted_at=NOW)
    do_due()
    assert planned("F16")["F16"].state == "open"

    if how == "a newer record":
        another_record(record.intake, "clinician_review", "P3", at=NOW + DAY, number=2)
    else:
        Decision.objects.filter(pk=decision.pk).update(expired_at=NOW + DAY)
    do_due(NOW + DAY)
    assert (planned("F16")["F16"].state, planned("F16")["F16"].reason) == ("cancelled", "the decision is over")

    do_due(NOW + 15 * DAY)
    rows = planned("F17", "F18", "F06", "F07")
    assert {name: row.state for name, row in rows.items()} == {
        "F17": "cancelled",
        "F18": "cancelled",
        "F06": "open",
        "F07": "open",
    }


def test_nobody_is_asked_for_more_after_the_last_day_of_the_decision_that_asked(
    patient: Patient, clinician: User
) -> None:
    decision = a_decision(a_record(patient, "clinician_review", "P3"), "ask_for_more", clinician)
    do_due(NOW + 2 * DAY)
    Decision.objects.filter(pk=decision.pk).update(expired_at=NOW + 3 * DAY)

    do_due(NOW + 12 * DAY)

    rows = planned("F10", "F11", "F12")
    assert {name: row.reason for name, row in rows.items()} == dict.fromkeys(rows, "the decision is over")
    assert set(Message.objects.filter(template__startswith="one-more-thing").values_list("state", flat=True)) == {
        "cancelled"
    }


@pytest.mark.parametrize(
    ("given", "morning"),
    [
        ({"region": "US-NY", "time_zone": ""}, "2026-12-03T08:00-05:00"),
        ({"region": "US-CA", "time_zone": ""}, None),
        ({"region": "US-NY", "time_zone": "America/Los_Angeles"}, None),
        ({"region": "", "time_zone": "Asia/Kathmandu"}, None),
        ({"region": "", "time_zone": "America/St_Johns"}, "2026-12-03T08:00-03:30"),
    ],
)
def test_the_night_is_that_of_where_they_live_also_before_they_chose_a_clock(
    given: dict[str, str], morning: str | None, db: None
) -> None:
    evening = datetime.fromisoformat("2026-12-02T20:30-08:00")
    an_intake(a_patient(**given), saved_at=evening - DAY)

    do_due(evening)

    due = datetime.fromisoformat(morning) if morning else evening
    assert planned("F08")["F08"].due_at == due
    assert Message.objects.exists() is (morning is None)
