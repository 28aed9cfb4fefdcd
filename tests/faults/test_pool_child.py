"""R3: the process inside a real worker that is at a message is killed, as for want of memory: each has one effect."""

from __future__ import annotations

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
from tests.brokers.servers import Server, family, tell
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, BY, FULL, often
from .ledgers import twice, wrong

__all__ = ["clinic", "folder", "patient", "server", "start"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("server", ["valkey"], indirect=True),
    pytest.mark.skipif(not FULL, reason="real workers: make faults"),
]
AT_ONCE = 5
"""Processes of the worker, all of which are killed together: Celery takes seconds to start others in their place."""
TIMES = often(1, 20)
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def on_a_tuesday() -> None:
    """Not here: a real worker has the clock of this machine."""


@pytest.fixture(autouse=True)
def no_broker() -> None:
    """Not here: `server` is one."""


def kill_whoever_is_at_it(worker: subprocess.Popen[bytes], left: int) -> None:
    """Kill every process below the worker while the mail server keeps each of them waiting."""
    wait_until(lambda: in_state("claimed") == left, PATIENCE)
    children = at_work(worker)
    assert len(children) == AT_ONCE
    tell(children, signal.SIGKILL)
    wait_until(lambda: len(set(at_work(worker)) - set(children)) == AT_ONCE, PATIENCE)


def at_work(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes of a worker, without the ones that lead it."""
    leads = {parent for parent in family(worker.pid) if len(family(parent)) > 1}
    return [each for each in family(worker.pid) if each not in leads]


def test_a_killed_process_of_a_worker_is_replaced_and_its_message_has_one_effect(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox
) -> None:
    worker = clinic(*WORKER, "--concurrency", str(AT_ONCE))
    provider.says, provider.silent_for = {"RCPT": "silence"}, PATIENCE
    kills = 0
    for _ in range(TIMES):
        for _ in range(AT_ONCE):
            message(patient)
        kill_whoever_is_at_it(worker, kills := kills + AT_ONCE)
    left = wrong(told=[], accepted=provider.accepted)
    assert left == {"messages left half way": kills}, "the control: nobody but the sweep takes them again"

    provider.says, began = {}, time.monotonic()
    message(patient)
    wait_until(lambda: in_state("sent") == 1, PATIENCE)
    took = time.monotonic() - began
    delivery.deliver_due(now=timezone.now() + AFTER_ANY_CLAIM + timedelta(hours=12), by=BY)

    assert wrong(told=[], accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"{kills} processes of a worker killed at it: 0 lost, 0 twice; the next message was sent after {took:.1f} s")
