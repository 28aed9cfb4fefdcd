"""R6, R9: what other tests here break for seconds stays broken for minutes, while people go on; `make faults` only.

Each holds its state for as long as is aimed at and does little meanwhile, so `make faults` runs all of them together,
each in a process and a database of its own.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from clinic import brokers, celery, waits
from clinic.intake.journeys import address
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import PROTOCOL
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, FULL, NOW, ROUNDS, sending, submit, sweep
from .dying import MOST_STEPS, Child, Fault, run
from .ledgers import twice, wrong
from .small import Small, server, small
from .test_broker import LONGEST_WAIT, Broker, behind_a_wall, broker, percentile, seconds_of, start, var
from .test_waiting import MOOD, held, limits, told_of

__all__ = ["broker", "limits", "server", "small", "start", "var"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FULL, reason="minutes: make faults"),
]
MINUTE: Final = 60.0
OF_A_BROKER: Final = ROUNDS * MINUTE
OF_A_DATABASE: Final = ROUNDS * MINUTE / 2
WAITING: Final = 4
"""Pages that wait for the same row at any moment."""
PATH: Final = address(PROTOCOL, MOOD)


def each_second(seconds: float) -> Iterator[int]:
    """Count the seconds until the time is over."""
    until = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() >= until:
            return
        yield number
        time.sleep(1)


def browser_of(intake: Intake) -> Client:
    """A browser of one person alone, which is shown what the server answers, errors too."""
    client = Client(raise_request_exception=False)
    state = client.session
    state["patient"], state["patient_seen"] = str(intake.patient_id), int(time.time())
    state.save()
    return client


def end_the_sending_thread() -> int:
    """Forget the nudges that still wait to be sent, as a web process does that ends; how many there were."""
    for number in itertools.count():
        try:
            celery._sender._work_queue.get_nowait()
        except queue.Empty:
            return number
    raise AssertionError


def forms_are_sent(fill: Callable[..., Intake], seconds: float) -> tuple[list[Intake], str]:
    """A form each second, of which every fourth is of somebody in danger; which, and a line about their waits."""
    forms = [fill("V027" if number % 4 == 0 else "V000") for number in range(int(seconds))]
    try:
        waited = [seconds_of(each) for _, each in zip(each_second(seconds), forms, strict=False)]
    finally:
        forgotten = end_the_sending_thread()
    assert percentile(waited) < LONGEST_WAIT
    assert max(waited) < brokers.SECONDS, "one of them waited for the broker"
    assert len(waited) > seconds / 2
    slow = f"95th percentile {percentile(waited):.3f} s, slowest {max(waited):.3f} s"
    return forms[: len(waited)], f"{len(waited)} forms, {slow}, {forgotten} nudges forgotten in the end"


def wrong_in_the_end(forms: list[Intake], provider: Mailbox) -> dict[str, int]:
    """What the ledgers say of forms that were sent, after a sweep that takes everything."""
    sweep(NOW + AFTER_ANY_CLAIM)
    return wrong(told={each.reference for each in forms}, accepted=provider.accepted)


def test_a_broker_that_is_frozen_for_minutes_holds_up_no_form(fill: Any, provider: Mailbox, broker: Broker) -> None:
    broker.freeze()
    forms, waited = forms_are_sent(fill, OF_A_BROKER)
    broker.thaw()

    assert wrong_in_the_end(forms, provider) == {}
    assert twice(provider.accepted) == 0
    print(f"broker frozen for {OF_A_BROKER / MINUTE:.0f} minutes: {waited}, 0 lost, 0 twice")


def test_a_broker_that_is_behind_a_wall_for_minutes_holds_up_no_form(
    fill: Any, provider: Mailbox, broker: Broker
) -> None:
    with behind_a_wall():
        forms, waited = forms_are_sent(fill, OF_A_BROKER)

    assert wrong_in_the_end(forms, provider) == {}
    assert twice(provider.accepted) == 0
    print(f"broker behind a wall for {OF_A_BROKER / MINUTE:.0f} minutes: {waited}, 0 lost, 0 twice")


def test_a_row_that_is_held_for_minutes_gives_pages_back_and_the_others_go_on(fill: Any, limits: Any) -> None:
    limits(waits.WEB)
    wanted, others = fill(), [fill() for _ in range(int(OF_A_DATABASE))]
    over, given_back, saved = threading.Event(), [], []

    def wants() -> None:
        client = browser_of(wanted)
        while not over.is_set():
            given_back.append(client.post(PATH, told_of(wanted, phq9="3")).status_code)
        connection.close()

    with held(wanted):
        waiting = [threading.Thread(target=wants) for _ in range(WAITING)]
        for each in waiting:
            each.start()
        for _, each in zip(each_second(OF_A_DATABASE), others, strict=False):
            saved.append(browser_of(each).post(PATH, told_of(each, phq9="3")).status_code)
        over.set()
        for each in waiting:
            each.join()
    assert browser_of(wanted).post(PATH, told_of(wanted, phq9="3")).status_code == 302

    assert (set(given_back), set(saved)) == ({503}, {302})
    typed = [each.answers["phq9"] for each in Intake.objects.filter(pk__in=[each.pk for each in (wanted, *others)])]
    assert typed.count("3") == 1 + len(saved)
    print(f"a row held for {OF_A_DATABASE / MINUTE:g} minutes: {len(given_back)} pages given back with 503,", end=" ")
    print(f"{len(saved)} of others saved, 0 lost, 0 errors")


def test_no_connection_for_minutes_gives_pages_back_and_all_is_done_when_there_is_one(
    small: Small, fill: Any, provider: Mailbox
) -> None:
    forms, seen = [fill("V027" if number % 4 == 0 else "V000") for number in range(20)], Counter()
    for each in forms:
        submit(each)
    client, told = browser_of(typing := fill()), told_of(typing, phq9="3")
    with small.taken():
        for _ in each_second(OF_A_DATABASE):
            page, health = client.post(PATH, told), client.get(reverse("healthz"))
            seen[page.status_code, page.headers["Retry-After"], health.status_code] += 1
            with pytest.raises(OperationalError, match="too many clients"):
                sweep(NOW)

    assert client.post(PATH, told).status_code == 302
    assert client.get(reverse("healthz")).status_code == 200
    assert list(seen) == [(503, "5", 503)]
    assert wrong_in_the_end(forms, provider) == {}
    assert twice(provider.accepted) == 0
    print(f"no connection for {OF_A_DATABASE / MINUTE:g} minutes: {seen.total()} pages given back with 503,", end=" ")
    print(f"{seen.total()} sweeps refused, {len(forms)} forms done when there was one, 0 lost, 0 twice")


def stopped_at_every_step(fill: Any) -> tuple[list[tuple[Child, Intake]], Intake]:
    """Processes that stand still, each at another step of sending a form; and the form that was sent in the end."""
    stopped = []
    for step in range(2, MOST_STEPS):
        child = run(sending(intake := fill("V027")), fault=Fault.STOPPED, at_step=step)
        if not child.reached:
            return stopped, intake
        stopped.append((child, intake))
    raise AssertionError("there are more steps than were tried")


def goes_through(intake: Intake) -> bool:
    try:
        submit(Intake.objects.get(pk=intake.pk))
    except DatabaseError:
        connection.close()
        return False
    return True


def test_processes_that_stand_still_for_minutes_hold_up_nobody_for_longer_than_their_limit(
    fill: Any, provider: Mailbox, limits: Any
) -> None:
    limits(waits.WEB)
    others = iter([fill() for _ in range(int(OF_A_DATABASE))])
    submit(first := fill("V027"))  # the first form with new words of a consent is waited for by all others with them
    began = time.monotonic()
    stopped, last = stopped_at_every_step(fill)
    refused, sent, ended = 0, [first, last], 0.0
    left = [intake for _, intake in stopped]
    for _ in each_second(OF_A_DATABASE):
        if left and not goes_through(left[0]):
            refused += 1
        elif left:
            sent.append(left.pop(0))
            ended = time.monotonic() - began
        submit(each := next(others))
        sent.append(each)
    for child, _ in stopped:
        child.go_on()

    assert (left, len(stopped) >= 3) == ([], True)
    assert wrong_in_the_end(sent, provider) == {}
    assert Intake.objects.filter(state="submitted").count() == len(sent)
    print(f"{len(stopped)} processes stopped while sending, for {OF_A_DATABASE / MINUTE:g} minutes:", end=" ")
    print(f"another sent each form within {ended:.0f} s after {refused} refusals, {len(sent)} sent, 0 lost")
