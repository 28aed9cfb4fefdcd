"""Follow-ups that are tasks: opened when due, ended by what ends them, closed by hand once."""

from __future__ import annotations

from datetime import datetime

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import staff
from clinic.audit.models import AuditEvent
from clinic.followups import actions
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_record,
    an_appointment,
    another_record,
    audit_of,
    do_due,
    planned,
    revoke,
)


def test_a_review_task_opens_in_the_morning_it_is_due(patient: Patient) -> None:
    a_record(patient, "clinician_review", "P2")

    do_due()
    assert planned()["F14"].state == "planned"
    do_due(datetime.fromisoformat("2026-12-04T16:00+00:00"))

    row = planned()["F14"]
    assert (row.state, row.audience, row.priority, row.done_at) == ("open", "clinician", "P2", None)


@pytest.mark.parametrize("route", ["ready_to_book", "prescriber_first", "not_suitable_now", "ask_for_more"])
def test_a_decision_before_it_is_due_ends_the_review_task(route: str, patient: Patient, clinician: User) -> None:
    record = a_record(patient, "clinician_review", "P2")
    do_due()
    a_decision(record, route, clinician, at=NOW + HOUR)

    do_due(NOW + 2 * DAY)

    assert (planned("F14")["F14"].state, planned("F14")["F14"].reason) == ("cancelled", "decided")


def test_a_decision_takes_an_open_review_task_off_the_list(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "clinician_review", "P1")
    do_due()
    assert planned()["F13"].state == "open"
    a_decision(record, "ready_to_book", clinician, at=NOW + HOUR)

    do_due(NOW + HOUR)

    row = planned("F13")["F13"]
    assert (row.state, row.reason) == ("cancelled", "decided")
    assert audit_of(row) == ["followups.do", "followups.withdraw"]


@pytest.mark.parametrize(("outcome", "priority", "plan"), [("clinician_review", "P1", "F13"), ("urgent", "P1", "F04")])
@pytest.mark.parametrize("flagged_in_draft", [True, False])
def test_a_decision_that_is_undone_opens_the_task_again(
    outcome: str, priority: str, plan: str, flagged_in_draft: bool, patient: Patient, clinician: User
) -> None:
    flag = {"safety_raised_at": NOW, "safety_priority": "P1"} if flagged_in_draft and outcome == "urgent" else {}
    record = a_record(patient, outcome, priority, **flag)
    do_due()
    decision = a_decision(record, "urgent_contact_made", clinician, at=NOW + MINUTE, contacted_at=NOW)
    do_due(NOW + MINUTE)
    assert [row.state for row in FollowUp.objects.filter(plan=plan)] == ["cancelled"]
    revoke(decision, clinician, at=NOW + 2 * MINUTE)

    do_due(NOW + 2 * MINUTE)

    assert sorted(row.state for row in FollowUp.objects.filter(plan=plan)) == ["cancelled", "open"]


def test_a_decision_that_is_undone_leaves_no_task_of_its_own(patient: Patient, clinician: User) -> None:
    decision = a_decision(a_record(patient, "clinician_review", "P4"), "prescriber_first", clinician)
    do_due()
    assert planned()["F16"].state == "open"
    revoke(decision, clinician, at=NOW + MINUTE)

    do_due(NOW + 8 * DAY)

    reasons = {row.plan: (row.state, row.reason) for row in planned("F16", "F17").values()}
    assert set(reasons.values()) == {("cancelled", "the decision was taken back")}


def test_a_newer_record_ends_the_tasks_of_the_older(patient: Patient) -> None:
    record = a_record(patient, "clinician_review", "P1")
    do_due()
    another_record(record.intake, "clinician_review", "P1", at=NOW + HOUR, number=2)

    do_due(NOW + HOUR)

    old, new = FollowUp.objects.filter(plan="F13").order_by("counts_from")
    assert (old.state, old.reason, new.state) == ("cancelled", "a newer form counts", "open")


def test_asking_the_prescriber_is_not_the_answer_of_the_prescriber(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "prescriber_coordination", "P3")
    do_due()
    a_decision(record, "prescriber_first", clinician, at=NOW + HOUR)

    do_due(NOW + 14 * DAY)

    assert planned("F18")["F18"].state == "open"


@pytest.mark.parametrize("order", ["first", "second"])
def test_only_a_second_missed_appointment_asks_whether_to_hold_the_file_open(
    order: str, patient: Patient, clinician: User
) -> None:
    if order == "second":
        an_appointment(patient, clinician, NOW - 30 * DAY, state="no_show")
    end = an_appointment(patient, clinician, NOW - HOUR, state="no_show").end

    do_due(end + 7 * DAY)

    row = FollowUp.objects.get(plan="F27", counts_from=end)
    assert row.state == ("open" if order == "second" else "cancelled")


def test_somebody_who_booked_again_is_not_asked_to(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW - HOUR, state="no_show")
    an_appointment(patient, clinician, NOW + 5 * DAY, booked_at=NOW)

    do_due(NOW + DAY)

    assert planned("F26")["F26"].reason == "booked again"
    assert planned("F25")["F25"].reason == "booked again"


def test_somebody_who_booked_again_before_the_missed_visit_was_over_is_not_asked_to(
    patient: Patient, clinician: User
) -> None:
    missed = an_appointment(patient, clinician, NOW - 10 * MINUTE, state="no_show")
    an_appointment(patient, clinician, NOW + 5 * DAY, booked_at=missed.end - 5 * MINUTE)

    do_due(NOW + DAY + HOUR)

    assert planned("F26")["F26"].reason == "booked again"
    assert planned("F25")["F25"].reason == "booked again"


def test_somebody_who_missed_it_may_choose_another_time(patient: Patient, clinician: User) -> None:
    end = an_appointment(patient, clinician, NOW - HOUR, state="no_show").end

    do_due(end + DAY)

    assert Message.objects.get().template == "book-again"
    assert planned("F25")["F25"].state == "open"


def test_a_task_is_closed_by_hand(patient: Patient) -> None:
    a_record(patient, "clinician_review", "P1")
    do_due()
    row = planned()["F13"]

    actions.close_task(follow_up=row, by=staff(7), now=NOW + HOUR, reason="Read it with Dr. Osei.")

    row.refresh_from_db()
    assert (row.state, row.done_at, row.done_by, row.reason) == ("done", NOW + HOUR, "staff:7", "")
    line = AuditEvent.objects.get(action="followups.close_task")
    assert (line.actor, line.why, line.patient) == ("staff:7", "Read it with Dr. Osei.", str(patient.pk))


def test_a_task_is_closed_once(patient: Patient) -> None:
    a_record(patient, "clinician_review", "P1")
    do_due()
    row = planned()["F13"]
    actions.close_task(follow_up=row, by=staff(7), now=NOW)

    with pytest.raises(actions.NotOpen):
        actions.close_task(follow_up=row, by=staff(8), now=NOW)
    row.refresh_from_db()
    assert row.done_by == "staff:7"
