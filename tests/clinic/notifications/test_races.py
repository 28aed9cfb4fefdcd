"""Two workers and one message: one effect; and without the claim there would be two."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from clinic.audit.models import AuditEvent
from clinic.booking.holds import lock_patient
from clinic.notifications import arrival_actions, delivery
from clinic.notifications.actions import cancel
from clinic.notifications.channels import email
from clinic.notifications.models import Message
from tests.at_once import at_once, errors, until_somebody_waits

from .conftest import BY, DAY, Queue

WORKERS = 4
ROUNDS = 15


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids a provider took, each as often as it was handed over."""
    taken: list[str] = []
    monkeypatch.setattr(email, "send", lambda outgoing: taken.append(str(outgoing.id)))
    return taken


@pytest.fixture
def patient(transactional_db: None, patient: Any) -> Any:
    """The patient, committed, so that other threads see them."""
    return patient


def test_many_workers_and_one_message_make_one_effect(queued: Queue, accepted: list[str]) -> None:
    for number in range(ROUNDS):
        message = queued(key=f"race:{number}")
        assert errors(at_once(*[lambda message=message: delivery.deliver(message.pk, now=DAY, by=BY)] * WORKERS)) == []

    assert len(accepted) == len(set(accepted)) == ROUNDS
    assert Message.objects.filter(state="sent", attempts=1).count() == ROUNDS
    assert AuditEvent.objects.filter(action="notifications.send").count() == ROUNDS


def test_many_sweeps_share_the_work(queued: Queue, accepted: list[str]) -> None:
    for number in range(40):
        queued(key=f"race:{number}")

    assert errors(at_once(*[lambda: delivery.deliver_due(now=DAY, by=BY)] * WORKERS)) == []

    assert len(accepted) == len(set(accepted)) == 40


def test_without_the_claim_there_would_be_more_than_one_effect(
    queued: Queue, accepted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this fails, the two tests above prove nothing."""

    def unguarded(message_id: UUID, now: datetime) -> Message | None:
        return Message.objects.filter(pk=message_id, state="due").select_related("patient").first()

    monkeypatch.setattr(delivery, "_claim", unguarded)
    monkeypatch.setattr(delivery, "_mine", lambda message: Message.objects.filter(pk=message.pk))
    for number in range(ROUNDS):
        message = queued(key=f"race:{number}")
        assert errors(at_once(*[lambda message=message: delivery.deliver(message.pk, now=DAY, by=BY)] * WORKERS)) == []

    assert len(accepted) > ROUNDS


def test_a_bounce_waits_for_a_patient_who_takes_messages_back_and_neither_stops_the_other(queued: Queue) -> None:
    message = queued(key="race:bounce")
    has_patient = threading.Event()

    @transaction.atomic
    def takes_back() -> None:
        lock_patient(message.patient_id)
        has_patient.set()
        until_somebody_waits()
        cancel(key_prefix="race:", reason="they said so", by=BY)

    def bounces() -> bool:
        has_patient.wait(timeout=10)
        return arrival_actions.report(message_id=message.pk, key="b:1", said="bounced", by=BY, now=DAY)

    assert errors(at_once(takes_back, bounces)) == []
    message.refresh_from_db()
    assert (message.state, message.arrival) == ("sent", "bounced")
