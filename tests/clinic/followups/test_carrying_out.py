"""Doing and taking back under faults: nothing twice, nothing without its audit line, broken ones parked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import staff
from clinic.followups import actions
from clinic.followups.models import FollowUp
from clinic.followups.stops import ENDS
from clinic.intake.models import Intake
from clinic.notifications import delivery
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import (
    BY,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_record,
    an_appointment,
    an_intake,
    audit_of,
    do_due,
    planned,
)


class Killed(BaseException):
    """What kill -9 does: nothing in the worker's own code runs after it."""


def test_a_message_that_waits_for_the_morning_is_taken_back_when_it_is_not_wanted_any_more(
    patient: Patient, clinician: User
) -> None:
    evening = datetime.fromisoformat("2026-12-03T04:59:30+00:00")
    appointment = an_appointment(patient, clinician, evening + 72 * HOUR)
    do_due(evening)
    message = Message.objects.get()
    delivery.deliver(message.pk, now=evening + MINUTE, by=BY)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("due", "quiet hours")
    appointment.state, appointment.cancelled_at, appointment.cancelled_by = "cancelled", evening, "t"
    appointment.save()

    do_due(evening + 2 * MINUTE)

    message.refresh_from_db()
    row = planned("F22")["F22"]
    assert (message.state, row.state, row.reason) == ("cancelled", "cancelled", "moved or cancelled")


def test_taking_back_again_changes_nothing(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "clinician_review", "P1")
    do_due()
    a_decision(record, "ready_to_book", clinician)

    assert [actions.withdraw(by=BY) for _ in range(2)] == [1, 0]


def test_without_its_audit_line_nothing_is_taken_back(
    patient: Patient, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = a_record(patient, "clinician_review", "P1")
    do_due()
    a_decision(record, "ready_to_book", clinician)
    monkeypatch.setattr(actions, "record", _kill)

    with pytest.raises(Killed):
        actions.withdraw(by=BY)
    assert planned("F13")["F13"].state == "open"


def test_a_follow_up_that_breaks_is_tried_five_times_then_parked(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_record(patient, "clinician_review", "P3")
    actions.plan(now=NOW, by=BY)
    monkeypatch.setattr(actions, "_effect", _break)
    row, now = planned()["F15"], planned()["F15"].due_at
    promised, waits = row.due_at, []
    while row.state != "failed":
        assert actions.do(follow_up=row, now=now, by=BY) is not None
        row.refresh_from_db()
        waits.append(row.try_at - now)
        now = row.try_at

    assert (row.attempts, row.reason, row.due_at) == (5, "ZeroDivisionError", promised)
    assert waits[:4] == [timedelta(minutes=each) for each in (1, 5, 30, 120)]
    assert audit_of(row) == ["followups.put_off"] * 4 + ["followups.park"]


def test_a_neighbour_is_done_past_one_that_breaks(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        a_record(patient, "clinician_review", "P1")
    actions.plan(now=NOW, by=BY)
    effect, calls = actions._effect, []

    def first_breaks(row: FollowUp, **options: Any) -> Any:
        calls.append(row.pk)
        return _break() if len(calls) == 1 else effect(row, **options)

    monkeypatch.setattr(actions, "_effect", first_breaks)

    assert actions.do_due(now=NOW, by=BY) == 2
    assert sorted(FollowUp.objects.values_list("state", flat=True)) == ["open", "planned"]


def test_a_parked_follow_up_can_be_tried_again(patient: Patient) -> None:
    a_record(patient, "clinician_review", "P1")
    actions.plan(now=NOW, by=BY)
    FollowUp.objects.update(state="failed", attempts=5, reason="OSError")
    row = planned()["F13"]

    assert actions.retry(follow_up=row, by=staff(7), now=NOW + HOUR) is True
    assert actions.retry(follow_up=row, by=staff(7), now=NOW + HOUR) is False
    do_due(NOW + HOUR)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("open", 1)
    assert audit_of(row) == ["followups.retry", "followups.do"]


@pytest.mark.parametrize(("priority", "minutes"), [("P1", 2), ("P3", 10)])
def test_a_worker_killed_half_way_holds_it_for_minutes_only(
    priority: str, minutes: int, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_record(patient, "clinician_review", priority)
    actions.plan(now=NOW, by=BY)
    row = FollowUp.objects.get()
    monkeypatch.setattr(actions, "_effect", _kill)
    with pytest.raises(Killed):
        actions.do(follow_up=row, now=row.due_at, by=BY)
    monkeypatch.undo()

    almost = row.due_at + minutes * MINUTE - timedelta(seconds=1)
    assert actions.do(follow_up=row, now=almost, by=BY) is None
    assert actions.do(follow_up=row, now=row.due_at + minutes * MINUTE, by=BY) == "open"


def test_one_that_kills_every_worker_is_parked(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    a_record(patient, "clinician_review", "P3")
    actions.plan(now=NOW, by=BY)
    row = FollowUp.objects.get()
    now = row.due_at
    monkeypatch.setattr(actions, "_effect", _kill)
    for _ in range(5):
        with pytest.raises(Killed):
            actions.do(follow_up=row, now=now, by=BY)
        now += 10 * MINUTE

    assert actions.do(follow_up=row, now=now, by=BY) == "failed"
    row.refresh_from_db()
    assert row.reason == "every try stopped half way"


def test_a_slow_worker_does_not_undo_what_the_next_one_did(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker fails, and before it says so its claim is taken over and the follow-up done by another."""
    a_record(patient, "clinician_review", "P3")
    actions.plan(now=NOW, by=BY)
    row = planned()["F15"]
    effect, next_try = actions._effect, actions.next_try

    def too_slow(*told: Any) -> Any:
        monkeypatch.setattr(actions, "_effect", effect)
        assert actions.do(follow_up=row, now=row.due_at + 10 * MINUTE, by=BY) == "open"
        return next_try(*told)

    monkeypatch.setattr(actions, "_effect", _break)
    monkeypatch.setattr(actions, "next_try", too_slow)

    actions.do(follow_up=row, now=row.due_at, by=BY)

    row.refresh_from_db()
    assert row.state == "open"
    assert audit_of(row) == ["followups.do"]


def test_without_its_audit_line_neither_the_message_nor_the_follow_up_is_written(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_intake(patient, saved_at=NOW - DAY)
    actions.plan(now=NOW, by=BY)
    monkeypatch.setattr(actions, "record", _kill)

    with pytest.raises(Killed):
        actions.do_due(now=NOW, by=BY)
    assert Message.objects.count() == 0
    assert planned()["F08"].state == "claimed"


def test_the_most_pressing_is_done_first(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    a_record(patient, "clinician_review", "P1", at=NOW - HOUR)
    an_intake(patient, saved_at=NOW - DAY)
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")
    actions.plan(now=NOW, by=BY)
    order: list[str] = []
    effect = actions._effect

    def noted(row: FollowUp, **options: Any) -> Any:
        order.append(row.plan)
        return effect(row, **options)

    monkeypatch.setattr(actions, "_effect", noted)

    actions.do_due(now=NOW, by=BY)

    assert order == ["F03", "F13", "F08"]


def _break(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def _kill(*_: object, **__: object) -> None:
    raise Killed


def test_what_can_end_a_follow_up_is_told_by_the_first_word_of_its_cause() -> None:
    """`ended` asks only about the first word of causes; an end of a narrower kind would never be found."""
    assert all(kind.endswith(":") and kind.count(":") == 1 for end in ENDS for kind in end.kinds)


def test_a_message_that_could_not_be_sent_is_not_tried_again_for_nothing(patient: Patient) -> None:
    intake = an_intake(patient, saved_at=NOW - DAY)
    do_due()
    Message.objects.update(state="failed", reason="OSError")
    Intake.objects.filter(pk=intake.pk).update(state="submitted", submitted_at=NOW)

    do_due(NOW + MINUTE)

    message = Message.objects.get()
    assert (message.state, message.reason, planned()["F08"].state) == ("cancelled", "the form was sent", "cancelled")


def test_of_many_messages_that_wait_the_last_is_taken_back_too(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    for _ in range(5):
        an_intake(patient, saved_at=NOW - DAY)
    for _ in range(3):
        do_due()
    *_, last = Message.objects.filter(state="due").values_list("key", flat=True)
    follow_up = FollowUp.objects.get(pk=last.removeprefix("followup:"))
    Intake.objects.filter(pk=follow_up.row_id).update(state="submitted", submitted_at=NOW)

    actions.withdraw(by=BY)

    assert Message.objects.get(state="cancelled").key == last
    assert Message.objects.filter(state="due").count() == 4
