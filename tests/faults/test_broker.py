"""R5, R6, R7, R10: a broker that is down, frozen, wiped or full: no page waits, and the sweep does what it forgot."""

from __future__ import annotations

import signal
import socket
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import transaction

from clinic import celery
from clinic.intake.models import Intake
from clinic.notifications import preparing
from clinic.notifications.models import Message
from clinic.onebox.processes import Program
from clinic.onebox.valkey import Valkey
from clinic.patients.models import Patient
from tests.clinic.notifications.smtp_server import Mailbox
from tests.clinic.onebox.conftest import Start, start, var
from tests.own_broker import all_sent, app_for

from . import dying
from .conftest import FULL, NOW, ROUNDS, often, submit, sweep
from .ledgers import twice, wrong
from .little_room import ANYTHING, NOTHING, limit

__all__ = ["start", "var"]
pytestmark = pytest.mark.django_db(transaction=True)
HAND_OVER = celery._hand_over
"""The real one, kept before the fixture of this folder takes it away."""
PAIRS = 200 if FULL else 12
LONGEST_RATIO = 1.2
LONGEST_WAIT = 1.0
"""Seconds; the timeout of the broker's sockets is two, so a page that waits for it takes longer than this.
The ratio itself is asked for by `make faults` only, on a machine that does nothing else."""
WIPED = 30 if FULL else 8
"""Forms whose nudges are forgotten each time, two and a half each."""
MANY = [5000] * ROUNDS if FULL else [20]
"""Messages whose nudges are forgotten together, each time."""
AT_A_TIME = 40
"""Fewer than the backlog of the sending thread holds, so that every nudge reaches the broker."""
DONE_WITHIN = 900.0
"""Seconds, with patience for a slow machine; how many they were is printed."""
WITHOUT_A_BROKER = often(2, 200)
"""More than the backlog of the sending thread holds: what is over is left to the sweep at once."""
NOTICES_WITHIN = 60.0
LONGEST_FOR_A_FORM = 20.0
"""Seconds that the sending thread may try for the nudges of one form, each as long as a client waits."""


class Broker:
    """A Valkey of this test alone, and the clinic's way to it."""

    def __init__(self, valkey: Valkey, program: Program, process: subprocess.Popen[bytes]) -> None:
        self.valkey, self.program, self.process = valkey, program, process

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kept(self) -> int:
        """How many nudges it holds."""
        with self.valkey.connect() as client:
            return sum(client.llen(queue) for queue in ("default", "urgent"))

    def fill(self) -> None:
        """Not one more byte goes into its log of messages: the next is refused, and so is everything after it."""
        limit(self.program, self.process.pid, NOTHING)
        with self.valkey.connect() as client:
            until(lambda: refuses(client))

    def free(self) -> None:
        """There is room again, and it has noticed."""
        limit(self.program, self.process.pid, ANYTHING)
        with self.valkey.connect() as client:
            until(lambda: not refuses(client))

    def wipe(self) -> None:
        with self.valkey.connect() as client:
            client.flushall()


def refuses(client: redis.Redis) -> bool:
    """Whether it takes no more messages."""
    try:
        client.set("test", "x")
    except redis.ResponseError as refusal:
        return "AOF" in str(refusal)
    return False


def until(holds: Callable[[], bool]) -> None:
    by = time.monotonic() + NOTICES_WITHIN
    while not holds():
        assert time.monotonic() < by
        time.sleep(0.05)


@pytest.fixture
def broker(var: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A broker that runs, with the settings of the clinic."""
    valkey = Valkey(var, var / "run")
    process = start(program := valkey.program())
    valkey.wait_until_ready(process)
    app = app_for(valkey)
    monkeypatch.setattr(celery, "app", app)
    monkeypatch.setattr(celery, "_hand_over", HAND_OVER)
    yield Broker(valkey, program, process)
    process.send_signal(signal.SIGCONT)
    all_sent()
    app.close()


def seconds_of(intake: Intake) -> float:
    began = time.perf_counter()
    submit(intake)
    return time.perf_counter() - began


def percentile(seconds: list[float]) -> float:
    """The 95th."""
    return statistics.quantiles(seconds, n=20)[-1]


def test_a_page_never_waits_for_a_broker_that_is_frozen(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker
) -> None:
    normal, frozen, told = [], [], set()
    for _ in range(PAIRS):
        first, second = fill(), fill()
        normal.append(seconds_of(first))
        all_sent()  # else the sending thread would still be at the first while the second is timed
        broker.freeze()
        frozen.append(seconds_of(second))
        broker.thaw()
        all_sent()
        told |= {first.reference, second.reference}
    sweep(NOW)

    ratio = percentile(frozen) / percentile(normal)
    print(f"submit with a frozen broker: 95th percentile {ratio:.2f} of normal ({PAIRS} pairs by turns)", end=", ")
    print(f"median {statistics.median(frozen) / statistics.median(normal):.2f}, slowest {max(frozen):.3f} s")
    assert max(frozen) < LONGEST_WAIT
    assert ratio <= LONGEST_RATIO or not FULL
    assert wrong(told=told, accepted=provider.accepted) == {}


@contextmanager
def behind_a_wall() -> Iterator[None]:
    """Packets to the broker get no answer, not even that it is not there, as behind a firewall that drops them."""
    with socket.socket() as hole, ExitStack() as waiting:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(hole.getsockname())
        celery.app.conf.broker_url = f"redis://127.0.0.1:{hole.getsockname()[1]}/0"
        yield


@pytest.fixture
def swallows(broker: Broker) -> Iterator[None]:
    """A broker behind a wall."""
    with behind_a_wall():
        yield
        all_sent()


@pytest.mark.skipif(not FULL, reason="each nudge is waited for: make faults")
def test_a_page_never_waits_for_a_broker_that_is_behind_a_wall(
    fill: Callable[..., Intake], provider: Mailbox, swallows: None, caplog: Any
) -> None:
    forms = [fill() for _ in range(ROUNDS)]
    waits = [seconds_of(each) for each in forms]
    all_sent(seconds=60 + len(forms) * LONGEST_FOR_A_FORM)
    sweep(NOW)

    assert max(waits) < LONGEST_WAIT
    assert "nudge not sent" in caplog.text
    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}
    print(f"broker behind a wall: {len(forms)} forms, the slowest {max(waits):.3f} s, 0 lost")


def test_control_sending_in_the_request_waits(
    fill: Callable[..., Intake], broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery, "_hand_over", celery._send)
    normal = seconds_of(fill())
    broker.freeze()

    frozen = seconds_of(fill())

    assert frozen > max(LONGEST_WAIT, normal * LONGEST_RATIO)


def test_what_a_broker_forgot_is_done_by_the_sweep(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker
) -> None:
    told, forgotten = set(), 0
    for _ in range(ROUNDS):
        forms = [fill("V027" if number % 4 == 0 else "V000") for number in range(WIPED)]
        for each in forms:
            submit(each)
        all_sent()
        assert broker.kept() >= 2 * len(forms)
        forgotten += broker.kept()
        broker.wipe()
        sweep(NOW)
        told |= {each.reference for each in forms}

    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    sent = len(provider.accepted)
    print(f"wiped {ROUNDS} times: {forgotten} nudges forgotten, {sent} messages sent by the sweep, 0 lost")


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    """Somebody who can be written to."""
    return Patient.objects.create(email="maya@mail.example", safe_contact="yes", time_zone="America/Los_Angeles")


def nudged(patient: Patient, number: int) -> None:
    """Messages that are due, of each of which the broker was told."""
    of = {"template": "please-look", "patient_id": patient.pk, "now": NOW}
    due = [preparing.message(key=f"test:{uuid.uuid4()}", **of) for _ in range(number)]
    for first in range(0, number, AT_A_TIME):
        with transaction.atomic():
            for each in Message.objects.bulk_create(due[first : first + AT_A_TIME]):
                preparing.nudge_about(each, now=NOW)
        all_sent()


def sweep_with_two_workers() -> float:
    """How many seconds it took them, in processes of their own, until nothing was due."""
    began = time.monotonic()
    for worker in [dying.start(lambda tell: sweep(NOW)) for _ in range(2)]:
        worker.wait(within=DONE_WITHIN)
    return time.monotonic() - began


def test_many_nudges_that_a_broker_forgot_are_done_by_the_sweep(
    patient: Patient, provider: Mailbox, broker: Broker
) -> None:
    took = []
    for number in MANY:
        nudged(patient, number)
        assert broker.kept() == number
        broker.wipe()
        assert broker.kept() == 0
        took.append(sweep_with_two_workers())

    assert wrong(told=[], accepted=provider.accepted) == {}
    assert (len(provider.accepted), twice(provider.accepted)) == (sum(MANY), 0)
    print(f"wiped {len(MANY)} times: {sum(MANY)} nudges forgotten, 0 lost, 0 twice;", end=" ")
    print(f"the first {MANY[0]} were sent by two workers in {took[0]:.0f} s")


def test_control_without_the_sweep_a_wiped_broker_loses_everything(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker
) -> None:
    submit(fill("V027"))
    all_sent()
    broker.wipe()

    found = wrong(told=[], accepted=provider.accepted)
    assert (found["messages left half way"], found["flags nobody was told of"]) == (2, 1)


def test_a_broker_that_is_down_stops_no_form(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker, caplog: Any
) -> None:
    broker.process.kill()
    broker.process.wait()
    forms = [fill() for _ in range(WITHOUT_A_BROKER)]
    waits = [seconds_of(each) for each in forms]
    all_sent(seconds=60 + len(forms) * LONGEST_FOR_A_FORM)
    sweep(NOW)

    assert max(waits) < LONGEST_WAIT
    assert "nudge not sent" in caplog.text
    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}
    print(f"broker down: {len(forms)} forms, the slowest {max(waits):.3f} s, 0 lost")


def test_a_broker_whose_disk_is_full_stops_no_form_and_takes_nudges_again_when_there_is_room(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker, caplog: Any
) -> None:
    told = set()
    for _ in range(ROUNDS):
        forms = [fill("V027"), fill()]
        broker.fill()
        waits = [seconds_of(each) for each in forms]
        all_sent(seconds=60 + len(forms) * LONGEST_FOR_A_FORM)
        assert broker.kept() == 0
        broker.free()
        submit(last := fill())
        all_sent()
        assert broker.kept() >= 2
        broker.wipe()
        assert max(waits) < LONGEST_WAIT
        told |= {each.reference for each in (*forms, last)}
    assert "nudge not sent" in caplog.text
    sweep(NOW)

    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"disk of the broker full {ROUNDS} times: {len(told)} forms, 0 waited, 0 lost")


def test_control_without_the_sweep_a_full_broker_loses_its_nudges(
    fill: Callable[..., Intake], provider: Mailbox, broker: Broker
) -> None:
    broker.fill()
    submit(fill("V027"))
    all_sent(seconds=60 + LONGEST_FOR_A_FORM)
    broker.free()

    found = wrong(told=[], accepted=provider.accepted)
    assert (found["messages left half way"], found["flags nobody was told of"]) == (2, 1)
