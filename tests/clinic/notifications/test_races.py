"""Two workers and one message: one effect; and without the claim there would be two."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery
from clinic.notifications.channels import email
from clinic.notifications.models import Message

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


def at_once(work: Callable[[], object]) -> None:
    """The same work in several threads that start together, each with its own connection."""
    start = threading.Barrier(WORKERS)
    broken: list[BaseException] = []

    def one() -> None:
        try:
            start.wait(timeout=5)
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert broken == []


def test_many_workers_and_one_message_make_one_effect(queued: Queue, accepted: list[str]) -> None:
    for number in range(ROUNDS):
        message = queued(key=f"race:{number}")
        at_once(lambda message=message: delivery.deliver(message.pk, now=DAY, by=BY))

    assert len(accepted) == len(set(accepted)) == ROUNDS
    assert Message.objects.filter(state="sent", attempts=1).count() == ROUNDS
    assert AuditEvent.objects.filter(action="notifications.send").count() == ROUNDS


def test_many_sweeps_share_the_work(queued: Queue, accepted: list[str]) -> None:
    for number in range(40):
        queued(key=f"race:{number}")

    at_once(lambda: delivery.deliver_due(now=DAY, by=BY))

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
        at_once(lambda message=message: delivery.deliver(message.pk, now=DAY, by=BY))

    assert len(accepted) > ROUNDS
