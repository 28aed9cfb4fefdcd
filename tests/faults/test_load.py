"""R1, R5, R8, R19 at their counts: forms sent over HTTP to the clinic as it is opened, while its parts are ended."""

from __future__ import annotations

import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from django.db import connection, connections
from django.utils import timezone

from clinic.intake.models import Intake
from clinic.notifications import delivery
from clinic.notifications.models import Message
from clinic.onebox import postgres, supervisor
from tests.clinic.notifications.smtp_server import Mailbox
from tests.own_database import reached

from .conftest import AFTER_ANY_CLAIM, BY, FULL, ROUNDS, often
from .ledgers import twice, wrong
from .load.breaker import Breaker, Deed
from .load.drafts import drafts
from .load.house import TRIAL, Clinic, House
from .load.senders import Senders

pytestmark = pytest.mark.django_db(transaction=True)
real = pytest.mark.skipif(not FULL, reason="real workers, or in `make test` as another test has it: make faults")
SEED: Final = int(os.environ.get("SEED") or time.time())
FORMS: Final = often(40, 10_000)
WEB_KILLS: Final = often(2, 180)
MASTER_KILLS: Final = often(1, 20)
RESTARTS: Final = {signal.SIGINT: often(1, 10), signal.SIGQUIT: often(1, 20)}
BEFORE: Final = 500
"""Forms that are sent while the broker is there, to know what is normal."""
MIXED: Final = often(0, 20_000)
FLAGS: Final = often(0, 1_000)
FEW: Final = 40
TOLD_WITHIN: Final = 300.0
"""Seconds from the end of a fault."""
AFTER_ANY_WAIT: Final = (0, 1, 4)
"""Hours; a mail that was put off twice is put off by two of them."""
LONGEST_RATIO: Final = 1.2
DRAINS_FOR: Final = 60.0
A_WHILE: Final = 10.0
"""Seconds in which workers with a nudge would have sent everything."""


@pytest.fixture(autouse=True)
def on_a_tuesday() -> None:
    """Not here: real processes have the clock of this machine."""


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """One database server for this file: to make one takes seconds. What dies is started again after half of one.

    Nobody there writes what a commit did not, so that the control of restarts need not be lucky.
    """
    eager = mock.patch.object(supervisor, "LONGEST_PAUSE", 0.5)
    forgetful = mock.patch.dict(postgres.SETTINGS, {"wal_writer_delay": "10s"})
    with tempfile.TemporaryDirectory(prefix="own-") as name, django_db_blocker.unblock(), eager, forgetful:
        folder = Path(name)
        folder.chmod(0o755)
        kept = House(folder)
        yield kept
        kept.supervisor.stop()


@pytest.fixture
def clinic(house: House, transactional_db: None, provider: Mailbox, monkeypatch: Any) -> Iterator[Clinic]:
    """A clinic of which nothing is open yet, on a database without rows, and this process at the same one."""
    house.anew()
    with reached(house, NAME=TRIAL):
        here = Clinic(house, provider.url)
        for name, value in here.environment().items():
            monkeypatch.setenv(name, value)
        yield here
        here.close()
        here.address.socket.close()


def chance() -> random.Random:
    """Another each time; SEED=... repeats one."""
    print(f"\nseed {SEED}", end=": ")
    return random.Random(SEED)


def left(**which: Any) -> int:
    """How many messages wait to be sent."""
    return Message.objects.filter(state__in=["due", "claimed"], **which).count()


def settle(clinic: Clinic) -> None:
    """The faults are over, and everybody has gone: what is left is done by sweeps, later and later.

    Nothing ends any more, so these need not flush what they commit, for thousands of mails.
    """
    clinic.close()
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    for hours in AFTER_ANY_WAIT:
        while delivery.deliver_due(now=timezone.now() + AFTER_ANY_CLAIM + timedelta(hours=hours), by=BY):
            continue


def test_web_processes_that_are_killed_while_forms_are_sent_lose_and_double_nothing(
    clinic: Clinic, provider: Mailbox
) -> None:
    forms = drafts(FORMS, in_danger=FORMS // 20)
    clinic.open_broker()
    clinic.open_web()
    senders = Senders(clinic.address, forms)
    breaker = Breaker(clinic, senders, chance())
    breaker.breaks([partial(breaker.kill_one, "web")] * WEB_KILLS + [breaker.kill_master] * MASTER_KILLS, FORMS)
    settle(clinic)

    assert sorted(senders.told) == sorted(each.reference for each in forms)
    assert wrong(told=senders.told, accepted=provider.accepted) == {}
    assert set(senders.answers) <= {"302", "no answer"}, clinic.house.errors()
    assert twice(provider.accepted) == 0
    share = 100 * senders.errors / senders.attempts
    print(f"{breaker.said()} ({share:.1f} % errors); {len(senders.told)} forms told, 0 lost, 0 twice, 0 untold")


@real
def test_control_answering_before_the_commit_loses_what_was_told(clinic: Clinic, provider: Mailbox) -> None:
    clinic.open_broker()
    clinic.open_web("tests.faults.load.too_early:application")
    senders = Senders(clinic.address, drafts(FEW))
    breaker = Breaker(clinic, senders, chance())
    breaker.breaks([partial(breaker.kill_one, "web")] * 10, FEW)
    clinic.close()

    assert wrong(told=senders.told, accepted=[])["told and not stored"] >= 1


def test_a_database_that_is_ended_again_and_again_has_every_form_that_was_told_and_all_go_on(
    clinic: Clinic, provider: Mailbox
) -> None:
    forms = drafts(FORMS, in_danger=FORMS // 20)
    clinic.open_broker()
    clinic.open_web()
    if FULL:
        open_workers(clinic)
    senders = Senders(clinic.address, forms)
    breaker = Breaker(clinic, senders, chance())
    restarts = [
        partial(breaker.restart_database, word, is_timed=FULL) for word, count in RESTARTS.items() for _ in range(count)
    ]
    breaker.breaks(restarts, FORMS)
    settle(clinic)

    assert sorted(senders.told) == sorted(each.reference for each in forms)
    assert wrong(told=senders.told, accepted=provider.accepted) == {}
    assert set(senders.answers) <= {"302", "503"}, clinic.house.errors()
    print(
        f"{breaker.said()}; {breaker.took('web')}; {breaker.took('worker')}; {len(senders.told)} forms told, ", end=""
    )
    print(f"0 lost, 0 twice, 0 untold, {twice(provider.accepted)} handed over again under the same key")


@real
def test_control_without_flushing_what_was_told_is_lost(clinic: Clinic, house: House, provider: Mailbox) -> None:
    forms = drafts(FEW)
    clinic.open_broker()
    clinic.open_web()
    house.forget_to_flush()
    senders = Senders(clinic.address, forms)
    breaker = Breaker(clinic, senders, chance())
    breaker.until_told(FEW // 2)
    breaker.restart_database(signal.SIGQUIT)
    breaker.until_told(FEW)
    settle(clinic)

    assert wrong(told=senders.told, accepted=provider.accepted)["told and not stored"] >= 1


@real
def test_forms_are_sent_as_quickly_without_a_broker_and_all_follows_once_it_is_there(
    clinic: Clinic, provider: Mailbox
) -> None:
    normal, down = sent_with_and_without_a_broker(clinic, FORMS)
    clinic.open_broker()
    clinic.open_workers()
    told_after = clinic.until(lambda: not left(is_urgent=True), within=TOLD_WITHIN)
    by = time.monotonic() + DRAINS_FOR
    clinic.until(lambda: not left() or time.monotonic() > by)
    waiting = left()
    settle(clinic)

    told = normal.told + down.told
    assert set(normal.answers) == set(down.answers) == {"302"}
    assert len(set(told)) == BEFORE + FORMS
    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(
        f"broker down for {len(down.told)} forms: 95th percentile {down.percentile / normal.percentile:.2f} of normal,"
        f" slowest {max(down.seconds):.2f} s; 0 lost, 0 twice, 0 untold;"
        f" every page out {told_after:.0f} s after it came back, and {DRAINS_FOR:.0f} s later {waiting} mails waited"
    )
    assert down.percentile / normal.percentile <= LONGEST_RATIO


def sent_with_and_without_a_broker(clinic: Clinic, forms: int) -> tuple[Senders, Senders]:
    """Some forms while the broker is there, and the others while it is not."""
    clinic.open_broker()
    clinic.open_web()
    Senders(clinic.address, drafts(FEW)).join()
    normal = Senders(clinic.address, drafts(BEFORE, in_danger=BEFORE // 20))
    normal.join()
    clinic.close_broker()
    down = Senders(clinic.address, drafts(forms, in_danger=forms // 20))
    down.join()
    return normal, down


@real
def test_no_flag_is_untold_or_unseen_after_all_faults_at_the_same_time(clinic: Clinic, provider: Mailbox) -> None:
    forms = drafts(MIXED, in_danger=FLAGS)
    open_all(clinic)
    senders = Senders(clinic.address, forms)
    breaker = Breaker(clinic, senders, chance())
    breaker.breaks(everything(breaker, provider), MIXED)
    provider.says = {}
    connections.close_all()
    after = clinic.until(lambda: not left(is_urgent=True), within=TOLD_WITHIN)
    pages = Message.objects.filter(template="urgent-page", state="sent")
    waits = sorted((sent - made).total_seconds() for sent, made in pages.values_list("sent_at", "created_at"))
    settle(clinic)

    assert sorted(senders.told) == sorted(each.reference for each in forms)
    assert Intake.objects.filter(safety_raised_at__isnull=False).count() == FLAGS
    assert wrong(told=senders.told, accepted=provider.accepted) == {}
    assert set(senders.answers) <= {"302", "503", "no answer"}, clinic.house.errors()
    print(
        f"{breaker.said()}; {len(senders.told)} forms told, {FLAGS} flags, 0 lost, 0 twice, 0 untold, 0 unseen,",
        end=" ",
    )
    print(f"{twice(provider.accepted)} handed over again under the same key; pages went out after", end=" ")
    print(f"{statistics.median(waits):.1f} s, 99 in 100 within {waits[len(waits) * 99 // 100]:.0f} s,", end=" ")
    print(f"the last {after:.0f} s after the faults")


def open_all(clinic: Clinic, **workers: str) -> None:
    """Everything that `make run` opens."""
    clinic.open_broker()
    clinic.open_web()
    open_workers(clinic, **workers)


def open_workers(clinic: Clinic, **workers: Any) -> None:
    """Both workers, ready to work."""
    clinic.open_workers(**workers)
    clinic.until(lambda: clinic.below("worker") and clinic.below("urgent"))


def everything(breaker: Breaker, provider: Mailbox) -> list[Deed]:
    """Every fault there is here, as often as a run of this size has room for."""
    often_each: dict[Deed, int] = {
        partial(breaker.kill_one, "web"): 60,
        breaker.kill_master: 6,
        partial(breaker.kill_one, "worker"): 10,
        partial(breaker.kill_one, "urgent"): 10,
        partial(breaker.kill_whole, "worker"): 5,
        partial(breaker.kill_whole, "urgent"): 5,
        partial(breaker.kill_whole, "beat"): 2,
        partial(breaker.kill_whole, "valkey"): 6,
        breaker.freeze_broker: 4,
        breaker.wipe_broker: 6,
        partial(breaker.restart_database, signal.SIGINT): 5,
        partial(breaker.restart_database, signal.SIGQUIT): 10,
        partial(breaker.change_mood, provider): 40,
    }
    return [deed for deed, times in often_each.items() for _ in range(max(1, times * ROUNDS // 10))]


@real
def test_control_without_a_second_try_flags_stay_untold(
    clinic: Clinic, provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "URGENT_TRIES", 1)
    provider.says = {"MAIL": "421 later"}
    open_all(clinic, app="tests.faults.load.one_try")
    senders = Senders(clinic.address, drafts(FEW, in_danger=FEW // 2))
    senders.join()
    clinic.until(lambda: not left(is_urgent=True))
    provider.says = {}
    settle(clinic)

    assert wrong(told=senders.told, accepted=provider.accepted)["flags nobody was told of"] >= 1


@real
def test_control_without_the_sweep_what_was_sent_without_a_broker_waits_for_ever(
    clinic: Clinic, provider: Mailbox
) -> None:
    _, down = sent_with_and_without_a_broker(clinic, FEW)
    clinic.open_broker()
    open_workers(clinic, has_a_clock=False)
    time.sleep(A_WHILE)

    assert wrong(told=down.told, accepted=provider.accepted)["messages left half way"] >= FEW
