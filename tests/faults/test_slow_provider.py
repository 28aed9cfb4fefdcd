"""R16: a mail server that takes its time: pages of real workers leave as quickly as while it answers."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from clinic.notifications import delivery
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.notifications.paging import ACKNOWLEDGE_WITHIN
from clinic.onebox.programs import QUEUES
from clinic.patients.models import Patient
from tests.brokers.real_servers import WORKER, clinic, folder, in_state, message, patient, server, start, wait_until
from tests.brokers.servers import Server
from tests.clinic.notifications.http_server import Provider, answering
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, BY, FULL

__all__ = ["clinic", "folder", "patient", "server", "start"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("server", ["valkey"], indirect=True),
    pytest.mark.skipif(not FULL, reason="real workers: make faults"),
]
PATIENCE: Final = 240.0
TURNS: Final = 20
AT_A_TIME: Final = 10
"""Pages in each turn while it answers, and as many while it does not: all of them within its three silent seconds."""
LONGEST_RATIO: Final = 2.0


@pytest.fixture(autouse=True)
def on_a_tuesday() -> None:
    """Not here: a real worker has the clock of this machine."""


@pytest.fixture(autouse=True)
def no_broker() -> None:
    """Not here: `server` is one."""


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    """The service that rings whoever is on call, for this process and for the workers."""
    with answering((200, {})) as there:
        settings.PAGER_URL = f"{there.url}/page"
        for name, value in {"PAGER_URL": settings.PAGER_URL, "PAGER_SECRET": "p" * 40}.items():
            monkeypatch.setenv(name, value)
        yield there


def serving(clinic: Any, *of_each: str) -> None:
    """Workers, each with the queues it serves."""
    for number, queues in enumerate(of_each):
        clinic(*WORKER[:2], queues, *WORKER[3:], "--hostname", f"faults{number}@%h")


def seconds_of_a_page() -> float:
    """How long a page takes from its commit to its being sent."""
    began = time.perf_counter()
    page = queue(
        key=f"test:{uuid.uuid4()}",
        template="urgent-page",
        to_role="on_call",
        channel=Message.Channel.PAGER,
        about={"reference": "LK-TEST23", "priority": "P0"},
        is_urgent=True,
        acknowledge_within=ACKNOWLEDGE_WITHIN,
        by=BY,
        now=timezone.now(),
    )
    wait_until(lambda: Message.objects.filter(pk=page.pk, state="sent").exists(), PATIENCE)
    return time.perf_counter() - began


def by_turns(patient: Patient, provider: Mailbox, *, turns: int) -> tuple[list[float], list[float]]:
    """Seconds of pages while the mail server answers, and while a worker waits for it."""
    answers, silent = [], []
    for _ in range(turns):
        provider.says = {}
        answers += [seconds_of_a_page() for _ in range(AT_A_TIME)]
        provider.says = {"RCPT": "silence"}
        message(patient)
        wait_until(lambda: in_state("claimed") == 1, PATIENCE)
        while in_state("claimed") and len(silent) < len(answers):
            silent.append(seconds_of_a_page())
        wait_until(lambda: in_state("claimed") == 0, PATIENCE)
    provider.says = {}
    return answers, silent


def percentile(seconds: list[float]) -> float:
    """The 95th."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def test_pages_do_not_wait_while_the_mail_server_is_silent(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox, pager: Provider
) -> None:
    serving(clinic, *QUEUES.values())
    seconds_of_a_page()
    answers, silent = by_turns(patient, provider, turns=TURNS)
    delivery.deliver_due(now=timezone.now() + AFTER_ANY_CLAIM + timedelta(hours=12), by=BY)

    slow, normal = percentile(silent) * 1e3, percentile(answers) * 1e3
    print(f"pages beside a silent mail server: 95th percentile {slow / normal:.2f} of normal", end=" ")
    print(f"({slow:.0f} : {normal:.0f} ms, {len(silent)} : {len(answers)} pages by turns)")
    assert len(silent) > len(answers) / 2
    assert slow / normal <= LONGEST_RATIO
    assert in_state("sent") == Message.objects.count()
    rung = [json.loads(each.body)["id"] for each in pager.posts]
    assert len(rung) == len(set(rung)) == 1 + len(answers) + len(silent)
    assert len(provider.accepted) == TURNS


def test_control_one_worker_for_every_queue_lets_pages_wait(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox, pager: Provider
) -> None:
    serving(clinic, ",".join(QUEUES.values()))
    seconds_of_a_page()

    answers, silent = by_turns(patient, provider, turns=2)

    assert percentile(silent) / percentile(answers) > LONGEST_RATIO
