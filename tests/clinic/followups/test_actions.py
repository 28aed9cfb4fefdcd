"""Doing follow-ups: re-checked when due, done once, as a message, a page or a task; broken ones parked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import staff
from clinic.audit.models import AuditEvent
from clinic.followups import actions
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.notifications import delivery
from clinic.notifications.models import Message
from clinic.patients.actions import agree
from clinic.patients.models import Patient

from .conftest import (
    BY,
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
    planned,
    revoke,
)


class Killed(BaseException):
    """What kill -9 does: nothing in the worker's own code runs after it."""


def audit_of(follow_up: FollowUp) -> list[str]:
    lines = AuditEvent.objects.filter(subject=f"followup:{follow_up.pk}").order_by("id")
    return list(lines.values_list("action", flat=True))


def opt_out(patient: Patient, at: datetime = NOW) -> None:
    agree(patient=patient, kind="messages", given=False, wording="STOP", wording_version="v", by=BY, now=at)


# Messages


def test_an_idle_draft_is_reminded_of(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - DAY)

    do_due()

    row = planned()["F08"]
    message = Message.objects.get()
    assert (row.state, row.done_at, row.done_by) == ("done", NOW, BY.ref)
    assert (message.key, message.template) == (f"followup:{row.pk}", "finish-your-form")
    assert (message.patient_id, message.channel, message.keeps_quiet_hours) == (patient.pk, "email", True)
    assert audit_of(row) == ["followups.do"]


def test_a_follow_up_is_done_once(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - DAY)

    counts = [do_due(NOW + minutes * MINUTE) for minutes in range(3)]

    assert counts == [1, 0, 0]
    assert Message.objects.count() == 1


def test_what_is_not_due_is_not_done(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW + 10 * DAY)

    assert do_due() == 0
    assert {row.state for row in planned().values()} == {"planned"}


@pytest.mark.parametrize("plan", ["F08", "F09"])
def test_a_draft_that_was_sent_is_not_reminded_of(plan: str, patient: Patient) -> None:
    intake = an_intake(patient, saved_at=NOW - (DAY if plan == "F08" else 3 * DAY))
    actions.plan(now=NOW, by=BY)
    Intake.objects.filter(pk=intake.pk).update(state="submitted", submitted_at=NOW)

    actions.do_due(now=NOW, by=BY)

    row = planned(plan)[plan]
    assert (row.state, row.reason, Message.objects.count()) == ("cancelled", "the form was sent", 0)


def test_somebody_who_opted_out_is_not_reminded(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - DAY)
    opt_out(patient)

    do_due()

    assert (planned()["F08"].state, planned()["F08"].reason) == ("cancelled", "opted out")


def test_somebody_who_opted_in_again_is(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - DAY)
    opt_out(patient, at=NOW - HOUR)
    agree(patient=patient, kind="messages", given=True, wording="START", wording_version="v", by=BY, now=NOW)

    do_due()

    assert planned()["F08"].state == "done"


def test_safety_does_not_ask_for_an_opt_out(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")
    opt_out(patient)

    do_due(NOW + HOUR)

    assert {row.plan: row.state for row in planned("F03", "F05").values()} == {"F03": "open", "F05": "done"}


def test_a_reminder_says_when_in_the_zone_the_patient_was_told(patient: Patient, clinician: User) -> None:
    start = NOW + 3 * DAY + 4 * HOUR + 20 * MINUTE
    appointment = an_appointment(patient, clinician, start, time_zone="America/New_York")

    do_due(start - 72 * HOUR)

    message = Message.objects.get()
    assert message.template == "reminder-3-days"
    assert message.about["when"] == "Saturday, December 5 at 5:20 pm Eastern Time"
    assert message.about["appointment"] == str(appointment.pk)
    assert message.too_late_at == start - 48 * HOUR


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "cancelled", "cancelled_at": NOW, "cancelled_by": "t"}, "moved or cancelled"),
        ({"sequence": 1}, "moved or cancelled"),
        ({"reminders": "none"}, "they want no reminders"),
    ],
)
def test_an_appointment_that_changed_is_not_reminded_of(
    change: dict[str, Any], reason: str, patient: Patient, clinician: User
) -> None:
    appointment = an_appointment(patient, clinician, NOW + 4 * DAY)
    actions.plan(now=NOW, by=BY)
    for field, value in change.items():
        setattr(appointment, field, value)
    appointment.save()

    actions.do_due(now=NOW + DAY, by=BY)

    row = FollowUp.objects.get(plan="F22")
    assert (row.state, row.reason, Message.objects.count()) == ("cancelled", reason, 0)


def test_the_last_reminder_is_a_text_message_for_those_who_agreed_to_texts(patient: Patient, clinician: User) -> None:
    start = NOW + 2 * HOUR + 30 * MINUTE
    an_appointment(patient, clinician, start)
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=NOW)

    do_due(start - 2 * HOUR)

    assert Message.objects.get(template="reminder-2-hours").channel == "sms"


def test_the_last_reminder_is_dropped_for_those_who_did_not(patient: Patient, clinician: User) -> None:
    start = NOW + 2 * HOUR + 30 * MINUTE
    an_appointment(patient, clinician, start)

    do_due(start - 2 * HOUR)

    row = planned("F24")["F24"]
    assert (row.state, row.reason) == ("cancelled", "no consent for text messages")


def test_a_reminder_found_too_late_is_not_sent(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW + 30 * HOUR)

    do_due()

    assert planned("F22")["F22"].reason == "too late when it was found"
    assert Message.objects.count() == 0


def test_a_message_that_became_too_late_while_nothing_ran_is_not_sent(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW + 10 * DAY)
    actions.plan(now=NOW, by=BY)

    actions.do_due(now=NOW + 10 * DAY - 20 * HOUR, by=BY)

    states = {row.plan: (row.state, row.reason) for row in planned().values()}
    assert states == {"F22": ("cancelled", "too late"), "F23": ("done", ""), "F24": ("planned", "")}


@pytest.mark.parametrize("answer", ["no", "voicemail_only", "not_sure", ""])
def test_somebody_who_must_not_be_written_to_is_called_instead(answer: str, db: None, clinician: User) -> None:
    patient = a_patient(safe_contact=answer)
    asked_at = NOW - 2 * DAY
    a_decision(a_record(patient, "clinician_review", "P4", at=asked_at), "ask_for_more", clinician, at=asked_at)

    do_due()

    row = planned("F10")["F10"]
    assert (row.state, row.reason) == ("open", "they have not said that messages are safe: call them")
    assert Message.objects.count() == 0


def test_a_reminder_of_a_draft_is_not_worth_a_call(db: None) -> None:
    an_intake(a_patient(safe_contact=""), saved_at=NOW - DAY)

    do_due()

    assert planned()["F08"].state == "cancelled"


def test_somebody_without_an_address_is_called(db: None, clinician: User) -> None:
    asked_at, patient = NOW - 2 * DAY, a_patient(email="")
    a_decision(a_record(patient, "clinician_review", "P4", at=asked_at), "ask_for_more", clinician, at=asked_at)

    do_due()

    assert (planned("F10")["F10"].state, planned("F10")["F10"].reason) == ("open", "no address for email: call them")


def test_more_that_was_asked_for_and_received_is_not_asked_for_again(patient: Patient, clinician: User) -> None:
    a_decision(a_record(patient, "clinician_review", "P4"), "ask_for_more", clinician)
    do_due()
    a_record(patient, "ready_to_book", "P4", at=NOW + DAY)

    for days in (2, 5, 10):
        do_due(NOW + days * DAY)

    assert {row.plan: row.reason for row in planned().values()} == dict.fromkeys(["F10", "F11", "F12"], "received")
    assert Message.objects.count() == 0


# Tasks


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


# Safety


def test_a_p0_flag_opens_a_task_and_pages_again_after_an_hour(patient: Patient) -> None:
    intake = an_intake(patient, safety_raised_at=NOW, safety_priority="P0")

    do_due()
    assert {row.plan: row.state for row in planned().values()} == {"F03": "open", "F05": "planned"}
    do_due(NOW + HOUR)

    page = Message.objects.get()
    assert (page.template, page.channel, page.to_role, page.is_urgent) == (
        "urgent-page-again",
        "pager",
        "on_call",
        True,
    )
    assert page.about == {"reference": intake.reference}
    assert page.patient_id is None


def test_an_urgent_record_is_paged_again_by_the_reference_of_its_form(patient: Patient) -> None:
    record = a_record(patient, "urgent", "P0")

    do_due(NOW + HOUR)

    assert Message.objects.get().about == {"reference": record.intake.reference}


def test_a_contact_on_the_record_ends_the_page_and_the_task(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "urgent", "P0", safety_raised_at=NOW - MINUTE, safety_priority="P0")
    do_due()
    a_decision(record, "urgent_contact_made", clinician, at=NOW + 20 * MINUTE, contacted_at=NOW + 10 * MINUTE)

    do_due(NOW + HOUR)

    rows = planned("F03", "F05")
    assert {row.plan: (row.state, row.reason) for row in rows.values()} == {
        "F03": ("cancelled", "contact made"),
        "F05": ("cancelled", "contact made"),
    }
    assert Message.objects.count() == 0


def test_a_decision_from_before_the_flag_is_no_contact(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "urgent", "P1", safety_raised_at=NOW, safety_priority="P0")
    a_decision(record, "urgent_contact_made", clinician, at=NOW - MINUTE, contacted_at=NOW - HOUR)

    do_due(NOW + HOUR)

    assert planned("F05")["F05"].state == "done"
    assert Message.objects.filter(template="urgent-page-again").count() == 1


def test_closing_the_task_of_a_draft_stops_the_second_page(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")
    do_due()
    actions.close_task(follow_up=planned("F03")["F03"], by=staff(7), now=NOW + 5 * MINUTE, reason="Spoke with her.")

    do_due(NOW + HOUR)

    assert (planned("F05")["F05"].state, planned("F05")["F05"].reason) == ("cancelled", "contact made")


def test_paging_again_does_not_close_the_task(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")

    for hours in range(3):
        do_due(NOW + hours * HOUR)

    assert planned("F03")["F03"].state == "open"


# Taken back after it was queued


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


# What breaks


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
