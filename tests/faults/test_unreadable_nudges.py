"""R17: nudges that a real worker does not know pass by; one that it cannot read ends it, and the next one goes on."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import redis

from clinic import celery
from clinic.patients.models import Patient
from tests.brokers.real_servers import WORKER, clinic, folder, message, patient, sent, server, start, wait_until
from tests.brokers.servers import Server
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import FULL, often
from .ledgers import twice, wrong

__all__ = ["clinic", "folder", "patient", "server", "start"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("server", ["valkey"], indirect=True),
    pytest.mark.skipif(not FULL, reason="real workers: make faults"),
]
PATIENCE: Final = 240.0
TIMES: Final = often(1, 25)
WORKERS: Final = 5
DELIVER: Final = "clinic.notifications.tasks.deliver"


@pytest.fixture(autouse=True)
def on_a_tuesday() -> None:
    """Not here: a real worker has the clock of this machine."""


@pytest.fixture(autouse=True)
def no_broker() -> None:
    """Not here: `server` is one."""


def of_a_version_to_come(broker: redis.Redis) -> None:
    celery.app.send_task("clinic.notifications.tasks.of_a_version_to_come", args=["x"], queue="default")


def with_other_arguments(broker: redis.Redis) -> None:
    celery.app.send_task(DELIVER, args=[], kwargs={"of": "a version to come"}, queue="default")


def about_no_row(broker: redis.Redis) -> None:
    celery.app.send_task(DELIVER, args=["not-an-id"], queue="default")


def with_a_damaged_body(broker: redis.Redis) -> None:
    """As the clinic writes one, and then cut in the middle."""
    celery.app.send_task(DELIVER, args=["x"], queue="cut")
    whole = json.loads(broker.rpop("cut"))
    broker.lpush("default", json.dumps(whole | {"body": whole["body"][: len(whole["body"]) // 2]}))


def about_a_row_that_is_gone(broker: redis.Redis) -> None:
    celery.app.send_task(DELIVER, args=[str(uuid.uuid4())], queue="default")


KINDS: Final = (of_a_version_to_come, with_other_arguments, about_no_row, about_a_row_that_is_gone)


@pytest.fixture
def broker(server: Server) -> Iterator[redis.Redis]:
    """Somebody who can put anything into the queues."""
    with redis.Redis(port=urlsplit(server.url).port) as client:
        yield client


def test_nudges_that_nobody_knows_hold_up_nobody(
    server: Server, broker: redis.Redis, clinic: Any, patient: Patient, provider: Mailbox
) -> None:
    worker = clinic(*WORKER)
    for number in range(TIMES):
        for kind in KINDS:
            kind(broker)
        message(patient)
        wait_until(lambda already=number + 1: sent() == already, PATIENCE)

    assert worker.poll() is None
    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"nudges nobody knows: {len(KINDS) * TIMES} among {TIMES} others, all of which were done by one worker")


def test_a_damaged_nudge_ends_a_worker_once_and_the_next_one_does_the_rest(
    server: Server, broker: redis.Redis, clinic: Any, patient: Patient, provider: Mailbox
) -> None:
    """Celery ends over it. The supervisor of `make run` starts a worker again; without that nothing would be sent."""
    for number in range(WORKERS):
        worker = clinic(*WORKER)
        with_a_damaged_body(broker)
        message(patient)
        wait_until(lambda ended=worker: ended.poll() is not None, PATIENCE)
        assert sent() == number, "the control: nobody does it while no worker is there"

        again = clinic(*WORKER)
        wait_until(lambda already=number + 1: sent() == already, PATIENCE)
        again.terminate()
        again.wait(timeout=PATIENCE)

    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"damaged nudges: {WORKERS}, each of which ended one worker; what came after it was done by the next, 0 lost")
