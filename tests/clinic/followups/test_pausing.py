"""A pause: what may wait is put off and asked again when it is sent; safety and checks after treatment come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.followups import task_actions
from clinic.followups.coverage import OF_THE_CLINIC
from clinic.followups.models import FollowUp
from clinic.followups.pausing import may_pause
from clinic.intake import protocols
from clinic.my import actions as my
from clinic.notifications import actions as messages
from clinic.notifications import delivery
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import BY, DAY, HOUR, NOW, a_patient, an_appointment, an_intake, do_due, planned

WAITS = {"F08", "F09", "F20", "F22", "F23", "F24", "F26", "F31", "F32", "F33", "F34", "F35", "F39", "C07", "C08"}
"""Every follow-up that a pause puts off; all others are not touched by it."""


def pause(patient: Patient, days: float | None) -> None:
    my.pause(patient=patient, until=NOW + days * DAY if days else None, by=BY, now=NOW)
    patient.refresh_from_db()


def test_exactly_these_wait() -> None:
    plans = (*protocols.current().followups, *OF_THE_CLINIC)
    rows = [
        FollowUp(plan=p.id, audience=p.audience, stop_condition=p.stop_condition, keeps_quiet_hours=p.quiet_hours)
        for p in plans
    ]

    assert {row.plan for row in rows if may_pause(row)} == WAITS


def test_a_reminder_waits_for_the_end_of_the_pause_and_then_goes_out_once(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    pause(patient, 1)

    for _ in range(2):
        do_due()
    assert (planned()["F08"].state, planned()["F08"].try_at, planned()["F08"].attempts) == ("planned", NOW + DAY, 0)
    assert not Message.objects.exists()
    do_due(NOW + DAY)

    assert planned("F08")["F08"].state == "done"
    assert Message.objects.count() == 1


def test_what_is_too_old_when_the_pause_is_over_is_not_sent(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    pause(patient, 10)

    do_due()
    do_due(NOW + 10 * DAY)

    assert (planned("F08")["F08"].state, planned("F08")["F08"].reason) == ("cancelled", "too late")


def test_ending_the_pause_early_sends_what_still_makes_sense(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    pause(patient, 10)
    do_due()

    pause(patient, None)
    do_due()

    assert planned("F08")["F08"].state == "done"


def test_a_longer_pause_puts_it_off_again_however_often(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    for days in range(1, 9):
        pause(patient, days)
        do_due()

    assert (planned("F08")["F08"].state, planned("F08")["F08"].try_at) == ("planned", NOW + 8 * DAY)


def test_a_pause_stops_a_message_that_is_queued_already_at_the_moment_of_sending(patient: Patient) -> None:
    sent = messages.queue(key="a", template="check-in", patient=patient, may_pause=True, by=BY, now=NOW)
    pause(patient, 2)

    delivery.deliver(sent.pk, now=NOW, by=BY)
    sent.refresh_from_db()
    assert (sent.state, sent.due_at, sent.attempts) == ("due", NOW + 2 * DAY, 0)
    pause(patient, None)
    delivery.deliver(sent.pk, now=NOW, by=BY)

    sent.refresh_from_db()
    assert sent.state == "sent"


def test_what_is_not_a_reminder_comes_during_a_pause(patient: Patient) -> None:
    sent = messages.queue(key="a", template="intake-received", patient=patient, by=BY, now=NOW)
    pause(patient, 2)

    delivery.deliver(sent.pk, now=NOW, by=BY)

    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.django_db
def test_a_page_about_safety_does_not_wait() -> None:
    paused = a_patient(paused_until=NOW + 9 * DAY)
    an_intake(paused, safety_raised_at=NOW - 2 * HOUR, safety_priority="P0")

    do_due()

    assert planned("F03")["F03"].state == "open"
    assert planned("F05")["F05"].state == "done"


def test_a_visit_in_a_pause_is_not_reminded_of(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW + 3 * DAY)
    pause(patient, 4)

    do_due(NOW + timedelta(minutes=1))
    do_due(NOW + 4 * DAY)

    assert {row.state for row in FollowUp.objects.all()} == {"cancelled"}
    assert not Message.objects.exists()


def test_waking_somebody_else_changes_nothing_here(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    pause(patient, 10)
    do_due()

    assert task_actions.wake(patient=a_patient(), by=BY, now=NOW) == 0
    assert planned("F08")["F08"].try_at == NOW + 10 * DAY


def test_the_record_says_whose_pause_ended(patient: Patient) -> None:
    an_intake(patient, saved_at=NOW - 24 * HOUR)
    pause(patient, 10)
    do_due()

    pause(patient, None)

    assert AuditEvent.objects.get(action="followups.wake").patient == str(patient.pk)
