"""The watchdog: sees what is late without any worker, and says no more than how much."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client

from clinic.followups import watch
from clinic.followups.models import FollowUp
from clinic.intake import urgency
from clinic.notifications import delivery
from clinic.notifications.actions import acknowledge, queue
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import BY, MINUTE, NOW, an_intake, plan

NOBODY_HAS = "urgent pages nobody has said they have"
NOT_SENT = "urgent pages not sent within a minute"
GIVEN_UP = "urgent pages given up"
MESSAGES = "messages nobody sends"
FOLLOW_UPS = "follow-ups nobody does"


def page(patient: Patient) -> Message:
    urgency.page_on_call(intake=an_intake(patient), priority="P0", cause="test", by=BY, now=NOW)
    return Message.objects.get()


def seen(after: timedelta) -> dict[str, int]:
    return {each.what: each.count for each in watch.late(NOW + after)}


def run() -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("watchdog", stdout=said, stderr=said)
    except SystemExit as end:
        return int(str(end.code)), said.getvalue()
    return 0, said.getvalue()


def test_nothing_is_late_in_an_empty_clinic(db: None) -> None:
    assert watch.late(NOW) == []


def test_a_page_that_no_worker_sends_is_late_after_a_minute(patient: Patient) -> None:
    page(patient)

    assert seen(timedelta(seconds=59)) == {}
    assert seen(timedelta(seconds=61)) == {NOT_SENT: 1}


def test_a_page_that_was_sent_is_late_when_nobody_has_it_in_time(patient: Patient) -> None:
    delivery.deliver(page(patient).pk, now=NOW, by=BY)

    assert seen(14 * MINUTE) == {}
    assert seen(15 * MINUTE) == {NOBODY_HAS: 1}
    acknowledge(reference=Message.objects.get().about["reference"], by=BY, now=NOW, because="test")
    assert seen(15 * MINUTE) == {}


def test_a_page_that_was_given_up_is_late_at_once_until_somebody_has_it(patient: Patient) -> None:
    message = page(patient)
    Message.objects.update(state=Message.State.FAILED)

    assert seen(timedelta()) == {GIVEN_UP: 1}
    acknowledge(reference=message.about["reference"], by=BY, now=NOW, because="test")
    assert seen(timedelta()) == {}


def test_an_ordinary_message_that_no_sweep_takes_is_late_after_five_minutes(patient: Patient) -> None:
    queue(key="test", template="please-look", patient=patient, by=BY, now=NOW)

    assert seen(timedelta(minutes=4, seconds=59)) == {}
    assert seen(5 * MINUTE) == {MESSAGES: 1}


@pytest.mark.parametrize("model", [Message, FollowUp])
def test_a_claim_that_nobody_takes_back_is_late(model: type[Message] | type[FollowUp], patient: Patient) -> None:
    queue(key="test", template="please-look", patient=patient, by=BY, now=NOW)
    an_intake(patient, safety_raised_at=NOW, safety_priority="P1")
    plan()
    Message.objects.exclude(state="claimed").update(state="sent", sent_at=NOW)
    FollowUp.objects.update(state="done", done_at=NOW, done_by="test")
    model.objects.update(state="claimed", claimed_at=NOW)

    assert seen(9 * MINUTE) == {}
    assert list(seen(10 * MINUTE)) == [MESSAGES if model is Message else FOLLOW_UPS]


def test_a_follow_up_that_no_sweep_takes_is_late_after_five_minutes(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P1")
    plan()

    assert seen(4 * MINUTE) == {}
    assert seen(5 * MINUTE) == {FOLLOW_UPS: 1}


def test_what_is_due_tomorrow_is_not_late(patient: Patient) -> None:
    queue(key="test", template="please-look", patient=patient, due_at=NOW + timedelta(days=1), by=BY, now=NOW)

    assert seen(timedelta(hours=1)) == {}


@time_machine.travel(NOW + timedelta(minutes=20), tick=False)
def test_the_command_and_the_address_say_it_and_say_nothing_about_anybody(patient: Patient) -> None:
    reference = page(patient).about["reference"]

    code, said = run()
    answer = Client().get("/healthz/promises")

    assert code == 1
    assert said == f"LATE  1  {NOBODY_HAS}\nLATE  1  {NOT_SENT}\nLATE  1  {MESSAGES}\n"
    assert (answer.status_code, answer.json()) == (503, {"promises": "late"})
    serving = Client().get("/healthz")
    assert (serving.status_code, serving.json()) == (200, {"database": "up", "urgent": "late"})
    assert reference not in said + answer.content.decode()


@time_machine.travel(NOW, tick=False)
def test_the_command_and_the_address_are_content_when_nothing_is_late(patient: Patient) -> None:
    page(patient)

    assert run() == (0, "Nothing is late.\n")
    answer = Client().get("/healthz/promises")
    assert (answer.status_code, answer.json()) == (200, {"promises": "kept"})
    assert Client().get("/healthz").json() == {"database": "up", "urgent": "told"}


def test_without_a_database_neither_says_that_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*asked: object) -> list[watch.Late]:
        raise DatabaseError

    monkeypatch.setattr(watch, "late", down)

    assert run()[0] == 2
    assert Client().get("/healthz/promises").status_code == 503
    assert Client().get("/healthz").status_code == 503


def test_what_was_given_up_after_every_try_is_an_alarm_until_somebody_looked(patient: Patient) -> None:
    given = {"patient": patient, "channel": "email", "template": "check-in", "due_at": NOW, "state": "failed"}
    Message.objects.create(key="broke", attempts=5, **given)
    Message.objects.create(key="call-them", attempts=1, **given)

    assert seen(MINUTE) == {"messages given up after every try": 1}

    Message.objects.filter(key="broke").update(state=Message.State.CANCELLED)
    assert seen(MINUTE) == {}
