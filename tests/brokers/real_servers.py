"""`make brokers`: nudge, sweep and worker against each real broker, which is also killed, frozen and restarted.

A killed worker holds one claim at most, which is taken again after ten minutes; nudges it had not begun are found by
the sweep, which is sent here as beat sends it.

A server that is not installed is a failure, unless SERVERS names the others: SERVERS="valkey redis" make brokers.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import Celery
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from clinic import brokers, celery
from clinic.audit.actors import system
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.onebox import processes
from clinic.onebox.places import REPOSITORY
from clinic.onebox.processes import Program
from clinic.patients.models import Patient
from tests.brokers.servers import SERVERS, NotInstalled, Server, family, tell
from tests.clinic.notifications.smtp_server import Mailbox, mailbox

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = os.environ.get("SERVERS", " ".join(SERVERS)).split()
SOON = 20.0
PATIENCE = 240.0
"""Seconds for what takes a few on a machine that does nothing else; none of them is a measurement."""
BY = system("test")
NUDGES = 20
RAN: list[str] = []


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that the account of a broker may enter."""
    made = Path(tempfile.mkdtemp(prefix="broker-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[Program], subprocess.Popen[bytes]]]:
    """Starts a program, and ends it with everything below it after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start_one(program: Program) -> subprocess.Popen[bytes]:
        with (folder / f"{program.name}.out").open("ab") as output:
            started.append(program.start(output))
        return started[-1]

    yield start_one
    everybody = [pid for process in started for pid in family(process.pid)]
    tell(everybody, signal.SIGCONT)
    tell([process.pid for process in reversed(started)], signal.SIGTERM)
    processes.end(started, time.monotonic() + 10)
    tell([pid for pid in everybody if Path(f"/proc/{pid}").exists()], signal.SIGKILL)


@pytest.fixture(params=ASKED)
def server(
    request: pytest.FixtureRequest, folder: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """One broker, and the clinic's own sender pointed at it."""
    try:
        running = SERVERS[request.param](folder, start)
    except NotInstalled as missing:
        pytest.fail(f"NOT RUN: {missing}; or name the others: SERVERS=...")
    app = Celery("brokers", set_as_current=False)
    app.conf.update(celery.app.conf.table(with_defaults=False) | brokers.settings_for(running.url))
    app.conf.update(broker_url=running.url)
    monkeypatch.setattr(celery, "app", app)
    said = f"{running.name} {running.version}"
    if said not in RAN:
        RAN.append(said)
        print(f"\n== {said}")
    yield running
    all_handed_over()
    app.close()


@pytest.fixture
def provider() -> Iterator[Mailbox]:
    with mailbox() as server:
        yield server


@pytest.fixture
def clinic(server: Server, provider: Mailbox, start: Any) -> Callable[..., subprocess.Popen[bytes]]:
    """Starts a part of the clinic as `make run` does, on the database of the test and this broker."""
    there = connection.settings_dict
    name = (
        f"postgresql://{there['USER']}@/{there['NAME']}?host={quote(str(there['HOST']), safe='')}&port={there['PORT']}"
    )
    told = {
        "DATABASE_URL": name,
        "CELERY_BROKER_URL": server.url,
        "EMAIL_URL": provider.url,
        "ENVIRONMENT": "test",
        "THRESHOLD_VAR": os.environ["THRESHOLD_VAR"],
    }
    variables = tuple(f"{name}={value}" for name, value in told.items())

    def start_part(*arguments: str) -> subprocess.Popen[bytes]:
        command = (
            "/usr/bin/env",
            *variables,
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "celery",
            "--quiet",
            "--app",
            "clinic",
        )
        return start(Program(arguments[0], (*command, *arguments), REPOSITORY))

    return start_part


WORKER = (
    *("worker", "--queues", "urgent,default,bulk", "--concurrency", "1", "--loglevel", "INFO"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    return Patient.objects.create(email="maya@mail.example", safe_contact="yes", time_zone="America/Los_Angeles")


def message(patient: Patient, *, now: datetime | None = None, **more: Any) -> Message:
    """A message that is due, with its nudge on commit, whatever the hour is."""
    given = {"template": "please-look", "patient": patient, "keeps_quiet_hours": False, "by": BY} | more
    return queue(key=f"test:{uuid.uuid4()}", now=now or timezone.now(), **given)


def wait_until(holds: Callable[[], bool], within: float = SOON) -> float:
    """Seconds until something holds; it fails when that takes too long."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < within, f"it did not come to that in time: {states()}"
        time.sleep(0.01)
    return time.monotonic() - begun


def sent() -> int:
    return in_state("sent")


def states() -> list[tuple[str, int]]:
    """How many messages are in each state."""
    return list(Message.objects.order_by("state").values_list("state").annotate(Count("pk")))


def in_state(state: str) -> int:
    return Message.objects.filter(state=state).count()


def all_handed_over() -> None:
    celery._sender.submit(lambda: None).result(timeout=60)


def test_a_nudge_is_delivered_by_a_worker(server: Server, clinic: Any, patient: Patient, provider: Mailbox) -> None:
    clinic(*WORKER)
    message(patient)
    wait_until(lambda: sent() == 1, PATIENCE)
    took = []
    for number in range(NUDGES):
        message(patient)
        took.append(wait_until(lambda already=number + 2: sent() == already))

    assert len(provider.accepted) == NUDGES + 1
    median, longest = statistics.median(took) * 1e3, max(took) * 1e3
    print(f"{server.name}: commit to delivered {median:.0f} ms at the median, {longest:.0f} at most")


def test_what_no_nudge_told_is_found_by_the_sweep_of_beat(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(celery, "_hand_over", lambda *given: None)
    clinic(*WORKER)
    clinic("beat", "--schedule", str(folder / "beat"), "--pidfile", "", "--loglevel", "WARNING")
    message(patient, is_urgent=True)

    took = wait_until(lambda: sent() == 1, PATIENCE)

    assert len(provider.accepted) == 1
    print(f"{server.name}: without a nudge the sweep delivered an urgent one {took:.0f} s after beat was started")


def test_a_killed_worker_loses_nothing(server: Server, clinic: Any, patient: Patient, provider: Mailbox) -> None:
    worker = clinic(*WORKER)
    for _ in range(NUDGES):
        message(patient)
    wait_until(lambda: sent() >= 3, PATIENCE)
    tell(family(worker.pid), signal.SIGKILL)
    worker.wait()
    left = NUDGES - sent()

    clinic(*WORKER)
    celery.app.send_task("clinic.notifications.tasks.deliver_due", queue="default")
    wait_until(lambda: in_state("due") == 0, PATIENCE)
    wait_until(lambda: sent() + in_state("claimed") == NUDGES and in_state("claimed") <= 1, PATIENCE)
    held = in_state("claimed")

    assert len(provider.accepted) >= sent()
    print(f"{server.name}: worker killed with {left} left: {sent()} sent, {held} under a claim that runs out, 0 lost")


def has_written_down_its_queues(folder: Path) -> bool:
    """Whether RabbitMQ would know its queues again; killed in its first seconds with one, it has no leader for it."""
    return any(b"%2F_default" in names.read_bytes() for names in folder.glob("mnesia/*/quorum/*/names.dets"))


def test_a_killed_broker_keeps_what_it_accepted(
    server: Server, clinic: Any, patient: Patient, provider: Mailbox, folder: Path
) -> None:
    for _ in range(NUDGES):
        message(patient)
    all_handed_over()
    if server.name == "rabbitmq":
        wait_until(lambda: has_written_down_its_queues(folder), PATIENCE)
    tell(family(server.process.pid), signal.SIGKILL)
    server.process.wait()
    server.process = server.again()
    server.wait_until_ready()

    clinic(*WORKER)

    wait_until(lambda: sent() == NUDGES, PATIENCE)
    print(f"{server.name}: killed with {NUDGES} accepted nudges: {sent()} were there after the restart")


def test_a_frozen_broker_holds_up_no_page_and_the_sender_gives_up_in_seconds(
    server: Server, patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    message(patient)
    all_handed_over()
    tell(family(server.process.pid), signal.SIGSTOP)

    begun = time.monotonic()
    message(patient)
    page = time.monotonic() - begun
    all_handed_over()
    sender = time.monotonic() - begun
    tell(family(server.process.pid), signal.SIGCONT)

    assert "nudge not sent" in caplog.text
    assert page < 1
    assert sender < 15
    print(f"{server.name}: frozen: the page took {page * 1e3:.0f} ms, the sender gave up after {sender:.1f} s")


def test_queues_of_rabbitmq_are_quorum_queues(server: Server, patient: Patient) -> None:
    if server.name != "rabbitmq":
        return
    message(patient)
    all_handed_over()
    from amqp.exceptions import PreconditionFailed
    from kombu import Connection, Queue

    with Connection(server.url) as there, pytest.raises(PreconditionFailed, match="x-queue-type"):
        Queue("default", durable=True)(there.channel()).declare()


def test_what_was_run() -> None:
    """The last line says which servers were really there."""
    print(f"\nRan against: {', '.join(RAN)}. Not asked for: {', '.join(set(SERVERS) - set(ASKED)) or 'none'}.")
    assert len(RAN) == len(ASKED)
