"""Planning: once, with one audit line, and one follow-up that breaks does not stop the others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.followups import actions, cause_tables, causes
from clinic.followups.models import FollowUp
from clinic.patients.models import Patient

from .conftest import (
    BY,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_record,
    an_appointment,
    plan,
    planned,
)


def test_planning_again_changes_nothing(patient: Patient, clinician: User) -> None:
    a_record(patient, "clinician_review", "P2")
    an_appointment(patient, clinician, NOW + 10 * DAY)
    assert plan() == 4
    before = list(FollowUp.objects.order_by("id").values())

    assert plan(NOW + MINUTE) == 0
    assert list(FollowUp.objects.order_by("id").values()) == before


def test_audit_lines_say_how_many_of_each_were_planned(patient: Patient, clinician: User) -> None:
    a_record(patient, "clinician_review", "P2")
    appointment = an_appointment(patient, clinician, NOW + 10 * DAY)

    actions.plan(now=NOW, by=BY, row_id=appointment.pk)
    plan()

    of_one_row, of_a_sweep = AuditEvent.objects.filter(action="followups.plan").order_by("id")
    assert of_one_row.detail == {"F22": 1, "F23": 1, "F24": 1}
    assert of_a_sweep.detail == {"F14": 1}
    assert {of_one_row.actor, of_a_sweep.actor} == {BY.ref}


def test_without_its_audit_line_nothing_is_planned(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    a_record(patient, "clinician_review", "P2")

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "record", fail)

    with pytest.raises(RuntimeError):
        plan()
    assert FollowUp.objects.count() == 0


def test_looking_at_one_row_plans_what_follows_from_it_alone(patient: Patient) -> None:
    record, other = (a_record(patient, "clinician_review", "P2") for _ in range(2))

    assert actions.plan(now=NOW, by=BY, row_id=record.pk) == 1
    assert FollowUp.objects.get().row_id == record.pk
    assert other.pk != record.pk


def test_more_causes_than_fit_are_planned_the_next_time(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    for _ in range(5):
        a_record(patient, "clinician_review", "P2")

    assert [plan() for _ in range(4)] == [2, 2, 1, 0]


def test_a_follow_up_that_cannot_be_planned_does_not_stop_the_others(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(causes.FINDERS, "review_P1", (broken,))
    a_record(patient, "clinician_review", "P2")

    assert plan() == 1
    assert [each.getMessage() for each in caplog.records] == ["follow-up F13 could not be planned: ZeroDivisionError"]


def test_a_cause_that_cannot_be_planned_does_not_stop_its_neighbours(
    patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    """A moment at the end of time has no second working day after it."""
    a_record(patient, "clinician_review", "P2", at=datetime.max.replace(tzinfo=UTC) - DAY - 2 * HOUR)
    good = a_record(patient, "clinician_review", "P2")

    assert plan() == 1
    assert planned()["F14"].row_id == good.pk
    assert "could not be planned: OverflowError" in caplog.text


def test_a_trigger_that_nothing_finds_is_said_out_loud(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delitem(causes.FINDERS, "review_P1")
    monkeypatch.setattr(cause_tables, "_KNOWN", {})

    plan()

    assert "F13 could not be planned: LookupError" in caplog.text
