"""Causes: each event plans exactly its follow-ups, once, and what is not an event plans nothing."""

from __future__ import annotations

import pytest

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.patients.models import Patient

from .conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_record,
    an_appointment,
    an_intake,
    another_record,
    plan,
    planned,
    revoke,
)


def test_nothing_happened_nothing_is_planned(patient: Patient) -> None:
    assert plan() == 0
    assert not AuditEvent.objects.filter(action="followups.plan").exists()


@pytest.mark.parametrize(
    ("outcome", "priority", "plans"),
    [
        ("ready_to_book", "P4", set()),
        ("clinician_review", "P1", {"F13"}),
        ("clinician_review", "P2", {"F14"}),
        ("clinician_review", "P3", {"F15"}),
        ("clinician_review", "P4", set()),
        ("not_suitable_now", "P1", {"F13"}),
        ("not_suitable_now", "P2", {"F14"}),
        ("prescriber_coordination", "P3", {"F16", "F17", "F18"}),
        ("urgent", "P0", {"F03", "F05"}),
        ("urgent", "P1", {"F04"}),
        ("urgent", "P2", {"F03", "F05"}),
    ],
)
def test_a_sent_form_plans_what_its_outcome_asks_for(
    outcome: str, priority: str, plans: set[str], patient: Patient
) -> None:
    record = a_record(patient, outcome, priority)

    plan()

    rows = planned()
    assert set(rows) == plans
    assert {row.cause.split("@")[0] for row in rows.values()} <= {f"record:{record.pk}"}
    assert {(row.patient_id, row.row_id) for row in rows.values()} <= {(patient.pk, record.pk)}


@pytest.mark.parametrize(
    ("raised", "plans", "pressing"),
    [("P0", {"F03", "F05"}, "P0"), ("P1", {"F04"}, "P1"), ("", {"F03", "F05"}, "P0")],
)
def test_a_safety_flag_in_a_draft_plans_a_call(raised: str, plans: set[str], pressing: str, patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority=raised)

    plan()

    assert set(planned()) == plans
    assert {row.priority for row in planned().values()} == {pressing}


def test_the_page_again_is_due_after_an_hour(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")

    plan()

    assert planned()["F03"].due_at == NOW
    assert planned()["F05"].due_at == NOW + HOUR


def test_a_flag_in_the_draft_and_the_urgent_record_of_it_ask_for_one_call(patient: Patient) -> None:
    a_record(patient, "urgent", "P1", safety_raised_at=NOW - HOUR, safety_priority="P1")

    plan()

    assert set(planned()) == {"F04"}


def test_an_urgent_record_that_is_more_pressing_than_its_draft_asks_again(patient: Patient) -> None:
    a_record(patient, "urgent", "P0", safety_raised_at=NOW - HOUR, safety_priority="P1")

    plan()

    assert set(planned()) == {"F03", "F04", "F05"}


def test_a_second_flag_on_the_same_form_asks_for_a_second_call(patient: Patient) -> None:
    intake = an_intake(patient, safety_raised_at=NOW, safety_priority="P1")
    plan()
    FollowUp.objects.update(state="done", done_at=NOW, done_by="staff:1")
    Intake.objects.filter(pk=intake.pk).update(safety_raised_at=NOW + DAY)

    plan(NOW + DAY)

    assert FollowUp.objects.filter(plan="F04").count() == 2
    assert FollowUp.objects.filter(plan="F04", state="planned").count() == 1


@pytest.mark.parametrize(
    ("route", "plans"),
    [
        ("ready_to_book", set()),
        ("prescriber_first", {"F16", "F17", "F18"}),
        ("ask_for_more", {"F10", "F11", "F12"}),
        ("not_suitable_now", {"F20"}),
    ],
)
def test_a_decision_plans_what_its_route_asks_for(
    route: str, plans: set[str], patient: Patient, clinician: User
) -> None:
    decision = a_decision(a_record(patient, "clinician_review", "P4"), route, clinician)

    plan()

    assert set(planned()) == plans
    assert {row.cause for row in planned().values()} <= {f"decision:{decision.pk}"}


def test_a_contact_after_an_urgent_form_plans_two_caring_calls(patient: Patient, clinician: User) -> None:
    a_decision(
        a_record(patient, "urgent", "P1"),
        "urgent_contact_made",
        clinician,
        at=NOW + HOUR,
        contacted_at=NOW + 30 * MINUTE,
    )

    plan(NOW + HOUR)

    rows = planned("F06", "F07")
    assert rows["F06"].due_at == NOW + 30 * MINUTE + DAY
    assert rows["F07"].due_at == NOW + 30 * MINUTE + 7 * DAY


def test_a_decision_that_was_taken_back_plans_nothing(patient: Patient, clinician: User) -> None:
    decision = a_decision(a_record(patient, "clinician_review", "P4"), "not_suitable_now", clinician)
    revoke(decision, clinician, at=NOW)

    assert plan() == 0


@pytest.mark.parametrize("planned_before", [True, False])
def test_asking_the_prescriber_by_protocol_and_by_decision_is_asking_once(
    planned_before: bool, patient: Patient, clinician: User
) -> None:
    record = a_record(patient, "prescriber_coordination", "P3")
    if planned_before:
        plan()
    a_decision(record, "prescriber_first", clinician)

    plan()

    assert set(planned()) == {"F16", "F17", "F18"}


@pytest.mark.parametrize(("outcome", "priority"), [("clinician_review", "P1"), ("urgent", "P0"), ("urgent", "P1")])
def test_a_record_that_was_decided_already_asks_for_nothing(
    outcome: str, priority: str, patient: Patient, clinician: User
) -> None:
    a_decision(a_record(patient, outcome, priority), "ready_to_book", clinician)

    assert plan() == 0


def test_a_decision_that_was_taken_back_leaves_the_record_to_be_read(patient: Patient, clinician: User) -> None:
    decision = a_decision(a_record(patient, "clinician_review", "P1"), "ready_to_book", clinician)
    revoke(decision, clinician, at=NOW)

    plan()

    assert set(planned()) == {"F13"}


@pytest.mark.parametrize(
    ("idle_for", "plans"),
    [
        (24 * HOUR - MINUTE, set()),
        (24 * HOUR, {"F08"}),
        (72 * HOUR - MINUTE, {"F08"}),
        (72 * HOUR, {"F08", "F09"}),
    ],
)
def test_a_draft_is_idle_after_a_day_and_after_three(idle_for: object, plans: set[str], patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - idle_for)

    plan()

    assert set(planned()) == plans


def test_a_sent_form_is_not_idle(patient: Patient) -> None:
    a_record(patient, "ready_to_book", "P4", at=NOW - 30 * DAY)

    assert plan() == 0


def test_an_appointment_plans_three_reminders(patient: Patient, clinician: User) -> None:
    start = NOW + 10 * DAY + 4 * HOUR
    appointment = an_appointment(patient, clinician, start)

    plan()

    rows = planned()
    assert {row.plan: row.due_at for row in rows.values()} == {
        "F22": start - 72 * HOUR,
        "F23": start - 24 * HOUR,
        "F24": start - 2 * HOUR,
    }
    assert {row.cause for row in rows.values()} == {f"appointment:{appointment.pk}@0"}


def test_a_moved_appointment_is_reminded_of_anew(patient: Patient, clinician: User) -> None:
    start = NOW + 10 * DAY
    appointment = an_appointment(patient, clinician, start)
    plan()
    appointment.during, appointment.sequence = (start + DAY, start + DAY + 20 * MINUTE), 1
    appointment.save()

    plan()

    assert FollowUp.objects.count() == 6
    assert set(FollowUp.objects.filter(cause__endswith="@1").values_list("due_at", flat=True)) == {
        start + DAY - 72 * HOUR,
        start + DAY - 24 * HOUR,
        start + DAY - 2 * HOUR,
    }


@pytest.mark.parametrize("state", ["held", "released"])
def test_what_is_not_booked_is_not_reminded_of(state: str, patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW + 10 * DAY, state=state, booked_at=None, booked_by="")

    assert plan() == 0


def test_a_missed_appointment_plans_a_call_and_two_more_steps(patient: Patient, clinician: User) -> None:
    end = NOW - HOUR + 20 * MINUTE
    an_appointment(patient, clinician, NOW - HOUR, state="no_show")

    plan()

    assert {row.plan: row.due_at for row in planned().values()} == {
        "F25": end + HOUR,
        "F26": end + DAY,
        "F27": end + 7 * DAY,
    }


@pytest.mark.parametrize(("days_ago", "pressing"), [(89, "P1"), (91, "P4")])
def test_a_missed_appointment_is_pressing_after_a_recent_safety_flag(
    days_ago: int, pressing: str, patient: Patient, clinician: User
) -> None:
    an_intake(patient, safety_raised_at=NOW - days_ago * DAY, safety_priority="P1")
    an_appointment(patient, clinician, NOW - HOUR, state="no_show")

    plan()

    assert planned("F25")["F25"].priority == pressing


def test_a_finished_consultation_plans_its_series(patient: Patient, clinician: User) -> None:
    end = NOW - HOUR + 20 * MINUTE
    an_appointment(patient, clinician, NOW - HOUR, state="completed")

    plan()

    weeks = {"F31": 1, "F32": 2, "F33": 4, "F34": 8, "F35": 12}
    assert {row.plan: row.due_at for row in planned().values()} == {
        "F28": end + DAY,
        **{name: end + 7 * number * DAY for name, number in weeks.items()},
    }


def test_a_newer_record_of_the_same_form_is_a_cause_of_its_own(patient: Patient) -> None:
    first = a_record(patient, "clinician_review", "P2")
    plan()
    second = another_record(first.intake, "clinician_review", "P1", at=NOW + HOUR, number=2)

    plan()

    assert {row.plan: row.row_id for row in planned().values()} == {"F14": first.pk, "F13": second.pk}
