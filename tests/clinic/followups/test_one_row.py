"""A look at one new row: the same follow-ups as a sweep, for few statements, and a claim in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.followups import actions, cause_tables, causes
from clinic.followups.claims import CLAIM_HOLDS, PRESSING_CLAIM_HOLDS, claim, due
from clinic.followups.models import FollowUp
from clinic.patients.actions import wish
from clinic.patients.models import Patient

from .conftest import BY, DAY, HOUR, MINUTE, NOW, a_decision, a_record, an_appointment, plan

Rows = dict[str, Callable[[Patient, User], Any]]
ROWS: Rows = {
    "record": lambda patient, dr: a_record(patient, "clinician_review", "P1"),
    "flag": lambda patient, dr: a_record(patient, "urgent", "P1", safety_raised_at=NOW, safety_priority="P1").intake,
    "decision": lambda patient, dr: a_decision(a_record(patient, "clinician_review", "P1"), "not_suitable_now", dr),
    "appointment": lambda patient, dr: an_appointment(patient, dr, NOW + 10 * DAY),
    "visit": lambda patient, dr: an_appointment(patient, dr, NOW - HOUR, state="no_show"),
    "wish": lambda patient, dr: wish(patient=patient, kind="call", about=patient.pk, by=BY, now=NOW),
}


def promised(row: Any) -> set[tuple[str, str, object]]:
    return set(FollowUp.objects.filter(row_id=row.pk).values_list("plan", "cause", "due_at"))


@pytest.mark.parametrize("kind", ROWS)
def test_a_look_at_one_row_promises_what_a_sweep_does(kind: str, patient: Patient, clinician: User) -> None:
    row = ROWS[kind](patient, clinician)

    actions.plan(now=NOW, by=BY, row_id=row.pk)
    by_look = promised(row)
    FollowUp.objects.all().delete()
    plan()

    assert by_look == promised(row) != set()


def test_a_look_at_one_row_asks_only_about_what_can_follow_from_it(patient: Patient) -> None:
    first, record = (a_record(patient, "clinician_review", "P1") for _ in range(2))
    actions.plan(now=NOW, by=BY, row_id=first.pk)

    with CaptureQueriesContext(connection) as asked:
        actions.plan(now=NOW, by=BY, row_id=record.pk)

    assert promised(record)
    assert len(asked) <= 60


def test_one_that_breaks_does_not_stop_what_follows_from_the_row(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cause_tables, "_KNOWN", {})
    monkeypatch.setitem(causes.FINDERS, "review_P2", (broken,))
    record = a_record(patient, "clinician_review", "P1")

    actions.plan(now=NOW, by=BY, row_id=record.pk)

    assert {name for name, _, _ in promised(record)} == {"F13"}
    assert "follow-up F14 could not be planned: ZeroDivisionError" in caplog.text


def test_when_every_one_breaks_the_look_at_a_row_ends_and_says_so(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cause_tables, "_KNOWN", {})
    for trigger in list(causes.FINDERS):
        monkeypatch.setitem(causes.FINDERS, trigger, (broken,))

    assert actions.plan(now=NOW, by=BY, row_id=patient.pk) == 0
    assert "follow-up F14 could not be planned: ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("priority", ["P0", "P1", "P2", "P4"])
@pytest.mark.parametrize("state", ["planned", "claimed", "open", "done", "failed", "cancelled"])
@pytest.mark.parametrize("age", [-MINUTE, MINUTE, PRESSING_CLAIM_HOLDS + MINUTE, CLAIM_HOLDS + MINUTE])
def test_a_claim_takes_exactly_what_is_due(priority: str, state: str, age: Any, patient: Patient) -> None:
    record = a_record(patient, "clinician_review", "P1")
    plan()
    FollowUp.objects.update(
        priority=priority, state=state, try_at=NOW - age, claimed_at=NOW - age if state == "claimed" else None,
        **({"done_at": NOW, "done_by": "test"} if state == "done" else {}),
    )  # fmt: skip
    row = FollowUp.objects.get(row_id=record.pk)
    is_due = due(NOW).filter(pk=row.pk).exists()

    with CaptureQueriesContext(connection) as asked:
        taken = claim(row.pk, NOW)

    row.refresh_from_db()
    assert (taken is not None) == is_due
    assert len(asked) == 1
    assert taken is None or (taken.state, taken.claimed_at, taken.attempts) == ("claimed", NOW, 1)
    assert (row.claimed_at == NOW) == is_due
