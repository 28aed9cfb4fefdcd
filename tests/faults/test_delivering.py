"""R2, R4, R16, R17, R22: workers that die, double or stand still, bad providers, poison: one effect for each."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import Barrier
from typing import Any
from unittest import mock

import pytest

from clinic.followups import watch
from clinic.intake.models import Intake
from clinic.notifications import delivery, preparing
from clinic.notifications.actions import queue
from clinic.notifications.channels import email
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from tests.clinic.notifications.smtp_server import Mailbox, mailbox

from .conftest import AFTER_ANY_CLAIM, BY, FULL, NOW, ROUNDS, often, submit, sweep
from .dying import MOST_STEPS, Fault, run, start
from .ledgers import twice, wrong

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + AFTER_ANY_CLAIM
HOURS_OF_TRIES = 10
SILENT_AT = 7
"""A step between the claim and the answer of the mail server."""
SILENT = often(1, 20)
WITHOUT_A_BEAT = often(20, 1000)
BATCH = 5 if FULL else 1
"""Messages that a worker has before it: the fault comes at one step of one of them."""
OF_EACH = often(2, 200)
"""Messages for each way in which a mail server fails."""
POISON = often(2, 100)


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    """Somebody who can be written to."""
    return Patient.objects.create(email="maya@mail.example", safe_contact="yes", time_zone="America/Los_Angeles")


@pytest.fixture
def message(patient: Patient) -> Callable[..., Message]:
    """A message to them, due now."""

    def one(template: str = "please-look", *, is_urgent: bool = False) -> Message:
        about = {"key": f"test:{uuid.uuid4()}", "template": template, "is_urgent": is_urgent}
        return queue(patient=patient, by=BY, now=NOW, **about)

    return one


def delivering(*messages: Message) -> Callable[[Any], object]:
    return lambda tell: [delivery.deliver(each.pk, now=NOW, by=BY) for each in messages]


def deliver_with_a_fault_at_every_step(
    message: Callable[..., Message], fault: Fault, *, batch: int = 1, first: int = 0
) -> int:
    """Deliver a batch for every so many steps there are; what was left is taken by another worker later.

    Args:
        batch: how many messages each worker has; the same number of rounds reaches every step of all of them.
        first: which round it is, and so where it begins.
    Returns:
        How many faults there were.
    """
    for faults, step in enumerate(range(1 + first % batch, batch * MOST_STEPS, batch)):
        child = run(delivering(*[message() for _ in range(batch)]), fault=fault, at_step=step)
        if not child.reached:
            return faults
    raise AssertionError("there are more steps than were tried")


def sweep_for_hours() -> None:
    """The sweep of each quarter of an hour, for longer than every try of a message takes."""
    for quarters in range(4 * HOURS_OF_TRIES):
        sweep(NOW + timedelta(minutes=15 * quarters))


@pytest.mark.parametrize("fault", [Fault.KILLED, Fault.DISCONNECTED])
def test_a_worker_that_fails_at_any_step_has_one_effect(
    fault: Fault, message: Callable[..., Message], provider: Mailbox
) -> None:
    every = deliver_with_a_fault_at_every_step
    faults = [every(message, fault, batch=BATCH, first=number) for number in range(ROUNDS)]
    left = Message.objects.exclude(state="sent").count()

    sweep_for_hours()

    assert min(faults) >= 10
    assert left >= 5
    assert wrong(told=[], accepted=provider.accepted) == {}
    sent = Message.objects.filter(state="sent").count()
    assert sent == Message.objects.count() >= BATCH * sum(faults)
    again = f"{twice(provider.accepted)} handed over twice"
    print(f"{fault.value} while delivering: {sum(faults)} faults, {sent} messages, {again}, 0 lost")


def test_control_marking_before_sending_loses(
    message: Callable[..., Message], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mark_then_send(claimed: Message, *, now: Any, by: Any) -> str:
        state = delivery._sent(claimed, "", now=now, by=by)
        delivery._hand_over(claimed, now=now, by=by)
        return state

    with mock.patch.object(delivery, "_mine", lambda claimed: Message.objects.filter(pk=claimed.pk)):
        monkeypatch.setattr(delivery, "_deliver_claimed", mark_then_send)
        deliver_with_a_fault_at_every_step(message, Fault.KILLED)
        sweep(LATER)

    assert wrong(told=[], accepted=provider.accepted)["kept as sent and never accepted"] >= 1


def test_control_without_a_key_the_provider_cannot_tell_a_double(
    message: Callable[..., Message], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        delivery,
        "Outgoing",
        lambda **words: email.Outgoing(**{**words, "id": uuid.uuid4()}),
    )
    deliver_with_a_fault_at_every_step(message, Fault.KILLED)
    sweep(LATER)

    found = wrong(told=[], accepted=provider.accepted)
    assert found["accepted under a key that is not kept as sent"] >= 1


def stand_still(message: Callable[..., Message]) -> int:
    """Stop a worker at each step, let another take over, and wake the first one."""
    for step in range(1, MOST_STEPS):
        child = run(delivering(message()), fault=Fault.STOPPED, at_step=step)
        if not child.reached:
            return step - 1
        sweep(LATER)
        child.go_on()
    raise AssertionError("there are more steps than were tried")


def test_a_worker_that_stands_still_and_wakes_up_has_one_effect(
    message: Callable[..., Message], provider: Mailbox
) -> None:
    stops = stand_still(message)
    sweep(LATER + AFTER_ANY_CLAIM)

    assert stops >= 10
    assert wrong(told=[], accepted=provider.accepted) == {}
    print(f"stopped while delivering: {stops} stops, {twice(provider.accepted)} handed over twice, 0 lost")


def test_control_a_worker_that_wakes_up_and_does_not_look_says_it_twice(
    message: Callable[..., Message], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say_again(claimed: Message, provider_id: str, *, now: Any, by: Any) -> str:
        Message.objects.filter(pk=claimed.pk).update(state="sent", sent_at=now, claimed_at=None)
        with delivery.transaction.atomic():
            delivery._record(claimed, "notifications.send", by=by)
        return "sent"

    monkeypatch.setattr(delivery, "_sent", say_again)
    stand_still(message)

    assert wrong(told=[], accepted=provider.accepted)["sent without exactly one audit line"] >= 1


def goes_silent(message: Callable[..., Message]) -> list[str]:
    """A worker that is stopped with an urgent message; what of it is seen after one minute, and is left after two."""
    urgent = message(is_urgent=True)
    child = run(delivering(urgent), fault=Fault.STOPPED, at_step=SILENT_AT)
    assert child.reached
    seen = {each.what for each in watch.late(NOW + watch.TOLD_WITHIN)}
    sweep(NOW + delivery.URGENT_CLAIM_HOLDS)
    urgent.refresh_from_db()
    child.go_on()
    return [*seen, urgent.state]


def test_a_silent_worker_is_seen_within_a_minute_and_another_has_sent_within_two(
    message: Callable[..., Message], provider: Mailbox
) -> None:
    assert watch.late(NOW) == []
    for _ in range(SILENT):
        assert goes_silent(message) == ["urgent pages not sent within a minute", "sent"]
        assert watch.late(NOW + watch.TOLD_WITHIN) == []

    assert wrong(told=[], accepted=provider.accepted) == {}
    print(f"silent worker: {SILENT} stops, each seen after 60 s, each message sent by another worker after 120 s")


def test_control_without_a_claim_that_ends_a_silent_worker_keeps_its_message(
    message: Callable[..., Message], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = delivery._due
    monkeypatch.setattr(delivery, "_due", lambda now: due(now).filter(state="due"))

    assert goes_silent(message)[-1] == "claimed"


def two_beats(patient: Patient, rows: int = 12, now: datetime = NOW) -> None:
    """Two sweeps in two processes, which begin at the same moment."""
    both = Barrier(2)
    due = [{"key": f"test:{uuid.uuid4()}", "template": "please-look", "patient_id": patient.pk} for _ in range(rows)]
    Message.objects.bulk_create([preparing.message(now=NOW, **each) for each in due])
    children = [start(lambda tell: (both.wait(60.0), delivery.deliver_due(now=now, by=BY))) for _ in range(2)]
    for child in children:
        child.wait(within=2 * delivery.SWEEP_SECONDS)
    sweep(now + AFTER_ANY_CLAIM)


def test_two_beats_hand_over_nothing_twice(patient: Patient, provider: Mailbox) -> None:
    for _ in range(ROUNDS):
        two_beats(patient)

    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    assert len(provider.accepted) == 12 * ROUNDS


def test_what_came_in_ten_minutes_without_a_beat_is_sent_once_by_two_that_come_back_together(
    patient: Patient, provider: Mailbox
) -> None:
    began = time.monotonic()
    two_beats(patient, WITHOUT_A_BEAT, NOW + timedelta(minutes=10))
    took = time.monotonic() - began

    assert len(provider.accepted) == WITHOUT_A_BEAT
    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"no beat for ten minutes: {WITHOUT_A_BEAT} messages made and sent in {took:.0f} s, 0 lost, 0 twice")


def test_control_two_beats_without_claims_hand_over_twice(
    patient: Patient, provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, both, met = os.getpid(), Barrier(2), []

    def take(message_id: Any, now: Any) -> Message:
        if os.getpid() != here and not met:
            met.append(both.wait(60.0))
        Message.objects.filter(pk=message_id).update(state="claimed", claimed_at=now)
        return Message.objects.select_related("patient", "staff").get(pk=message_id)

    monkeypatch.setattr(delivery, "_claim", take)
    two_beats(patient)

    assert twice(provider.accepted) >= 1


BAD: dict[str, dict[str, str | None]] = {
    "says 5xx to the text": {"DATA": "554 no"},
    "says 4xx, come later": {"MAIL": "421 later"},
    "answers nothing": {"RCPT": "silence"},
    "drops the line after DATA": {"DATA": None},
    "accepts, then resets": {"END": None, "KEEPS": "yes"},
    "greets and hangs up": {"HELLO": None},
    "breaks off TLS": {"HELLO": None},
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become parts of one, so that silence is noticed soon."""
    monkeypatch.setattr(email, "SECONDS_TO_ANSWER", 0.2)


@pytest.mark.parametrize("how", BAD)
def test_a_provider_that_fails_for_an_hour_gets_each_message_in_the_end(
    how: str, message: Callable[..., Message], provider: Mailbox, settings: Any, impatient: None
) -> None:
    for _ in range(OF_EACH):
        message()
    with mailbox(**BAD[how]) as bad:
        settings.EMAIL_URL = bad.url.replace("smtp:", "smtps:") if "TLS" in how else bad.url
        for minutes in (0, 1, 6):
            sweep(NOW + timedelta(minutes=minutes))
    settings.EMAIL_URL = provider.url
    sweep_for_hours()

    accepted = [*bad.accepted, *provider.accepted]
    assert wrong(told=[], accepted=accepted) == {}
    assert Message.objects.filter(state="sent").count() == OF_EACH
    print(f"a mail server that {how}: {OF_EACH} messages, {twice(accepted)} handed over twice, 0 lost")


def test_control_giving_up_at_the_first_error_leaves_messages_unsent(
    message: Callable[..., Message], provider: Mailbox, settings: Any, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TRIES", 1)
    for how, says in BAD.items():
        message()
        with mailbox(**says) as bad:
            settings.EMAIL_URL = bad.url.replace("smtp:", "smtps:") if "TLS" in how else bad.url
            sweep(NOW)
    settings.EMAIL_URL = provider.url
    sweep_for_hours()

    assert wrong(told=[], accepted=provider.accepted) == {"messages given up": len(BAD)}


def test_sending_a_form_says_nothing_to_a_provider(fill: Callable[..., Intake], provider: Mailbox) -> None:
    submit(fill("V027"))

    assert provider.commands == []
    assert Message.objects.filter(state="due").count() == 2


def test_poison_is_parked_with_its_reason_and_its_neighbours_go_out(
    message: Callable[..., Message], provider: Mailbox
) -> None:
    kinds = {"of-a-version-to-come": "TemplateDoesNotExist", "reminder-1-day": "WordMissing"}
    poison = {message(template).pk: why for _ in range(POISON // len(kinds)) for template, why in kinds.items()}
    good = [message() for _ in range(5 * ROUNDS)]

    sweep(NOW)
    assert Message.objects.filter(state="sent").count() == len(good)
    sweep_for_hours()

    parked = Message.objects.filter(state="failed")
    assert {each.pk: each.reason for each in parked} == poison
    assert {each.attempts for each in parked} == {delivery.TRIES}
    assert wrong(told=[], accepted=provider.accepted) == {"messages given up": POISON}
    print(f"poison: {POISON} messages parked with the reason, {len(good)} neighbours sent, 0 lost")


def test_control_a_sweep_that_lets_poison_through_stops_before_its_neighbours(
    message: Callable[..., Message], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trusting(claimed: Message, *, now: Any, by: Any) -> str:
        delivery._hand_over(claimed, now=now, by=by)
        return delivery._sent(claimed, "", now=now, by=by)

    monkeypatch.setattr(delivery, "_deliver_claimed", trusting)
    message("of-a-version-to-come")
    message()

    with pytest.raises(Exception, match="of-a-version-to-come"):
        sweep(NOW)
    assert wrong(told=[], accepted=provider.accepted)["messages left half way"] == 2
