"""Follow-ups that are messages: re-checked when due, queued once, in the right words and channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.followups import actions
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
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
    audit_of,
    do_due,
    opt_out,
    planned,
)


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
    an_appointment(patient, clinician, start, reminders="text")
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=NOW)

    do_due(start - 2 * HOUR)

    assert Message.objects.get(template="reminder-2-hours").channel == "sms"


def test_no_reminder_is_sent_once_the_appointment_has_begun(patient: Patient, clinician: User) -> None:
    start = datetime.fromisoformat("2026-12-03T16:20+00:00")
    an_appointment(patient, clinician, start, reminders="text")
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=NOW)

    do_due(start - 20 * MINUTE)

    assert planned("F24")["F24"].due_at == start - 20 * MINUTE
    assert Message.objects.get(template="reminder-2-hours").too_late_at == start


def test_the_last_reminder_is_no_text_for_those_who_chose_e_mail(patient: Patient, clinician: User) -> None:
    start = NOW + 2 * HOUR + 30 * MINUTE
    an_appointment(patient, clinician, start, reminders="email")
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=NOW)

    do_due(start - 2 * HOUR)

    row = planned("F24")["F24"]
    assert (row.state, row.reason) == ("cancelled", "they chose reminders by e-mail")
    assert not Message.objects.filter(channel="sms").exists()


def test_who_chose_both_gets_two_e_mails_and_a_text(patient: Patient, clinician: User) -> None:
    start = NOW + 4 * DAY
    an_appointment(patient, clinician, start, reminders="both")
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=NOW)

    for hours in (72, 24, 2):
        do_due(start - hours * HOUR)

    assert dict(Message.objects.values_list("template", "channel")) == {
        "reminder-3-days": "email",
        "reminder-1-day": "email",
        "reminder-2-hours": "sms",
    }


def test_the_last_reminder_is_dropped_for_those_who_did_not(patient: Patient, clinician: User) -> None:
    start = NOW + 2 * HOUR + 30 * MINUTE
    an_appointment(patient, clinician, start, reminders="text")

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
