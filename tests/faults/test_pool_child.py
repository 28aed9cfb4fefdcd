"""R3: the process inside a real worker that is at a message is killed, as for want of memory: each has one effect."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clinic.notifications import delivery
from clinic.patients.models import Patient
from tests.brokers.real_servers import (
    WORKER,
    clinic,
    folder,
    in_state,
    message,
    patient,
    server,
    start,
    wait_until,
)
from tests.brokers.servers import Server, family
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, BY, FULL, often
from .ledgers import twice, wrong

__all__ = ["clinic", "folder", "patient", "server", "start"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("server", ["valkey"], indirect=True),
    pytest.mark.skipif(not FULL, reason="real workers: make faults"),
]
KILLS = often(1, 20)
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def on_a_tuesday() -> None:
    """Not here: a real worker has the clock of this machine."""


@pytest.fixture(autouse=True)
def no_broker() -> None:
    """Not here: `server` is one."""


def kill_whoever_is_at_it(worker: subprocess.Popen[bytes], left: int) -> None:
    """Kill the process below the worker while the mail server keeps it waiting."""
    wait_until(lambda: in_state("claimed") == left, PATIENCE)
    child = family(worker.pid)[-1]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: family(worker.pid)[-1] not in (child, worker.pid), PATIENCE)


def test_a_killed_process_of_a_worker_is_replaced_and_its_message_has_one_effect(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox
) -> None:
    worker = clinic(*WORKER)
    provider.says = {"RCPT": "silence"}
    for number in range(KILLS):
        message(patient)
        kill_whoever_is_at_it(worker, number + 1)
    left = wrong(told=[], accepted=provider.accepted)
    assert left == {"messages left half way": KILLS}, "the control: nobody but the sweep takes them again"

    provider.says, began = {}, time.monotonic()
    message(patient)
    wait_until(lambda: in_state("sent") == 1, PATIENCE)
    took = time.monotonic() - began
    delivery.deliver_due(now=timezone.now() + AFTER_ANY_CLAIM + timedelta(hours=12), by=BY)

    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"{KILLS} processes of a worker killed at it: 0 lost, 0 twice; the next message was sent after {took:.1f} s")
