"""R9: a row that somebody holds and does not give back: pages end in the 503 page, and the clinic frees itself."""

from __future__ import annotations

import re
import runpy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any, Final

import psycopg
import pytest
from celery.signals import worker_init
from django.conf import settings
from django.db import InternalError, OperationalError, connection

from clinic import celery, waits
from clinic.intake.journeys import address
from clinic.intake.models import Intake
from clinic.web import errors
from tests.at_once import at_once
from tests.clinic.intake.conftest import PROTOCOL, page_of
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import FULL, NOW, ROUNDS, sending, submit, sweep
from .dying import MOST_STEPS, Fault, run
from .ledgers import wrong

pytestmark = pytest.mark.django_db(transaction=True)
MOOD: Final = page_of("phq9")
SOON: Final = {"lock_timeout": "300ms", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "2s"}
"""The limits of the web, with less patience than any person has."""
THREADS: Final = 8
"""What two web processes of four threads can do at once."""
STANDS: Final = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "1500ms"}
"""Ends what stands still before anybody gives up waiting for it."""
STEP: Final = 1 if FULL else 3
LONG: Final = 1.5
"""Seconds: several times as long as SOON lets anything wait for a row."""


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Gives the connections of this test the limits of another process."""

    def give(to: dict[str, str]) -> None:
        options = settings.DATABASES["default"]["OPTIONS"]
        monkeypatch.setitem(options, "options", "")
        waits.at_most(to)
        connection.close()

    return give


@contextmanager
def held(intake: Intake) -> Iterator[None]:
    """Somebody has locked the row of a form in a transaction, and does nothing any more."""
    other = connection.get_new_connection({**connection.get_connection_params(), "options": ""})
    other.execute("SELECT FROM intake_intake WHERE id = %s FOR UPDATE", [intake.pk])
    try:
        yield
    finally:
        other.rollback()
        other.close()


def told_of(intake: Intake, **others: str) -> dict[str, str]:
    """What is sent from the page about mood."""
    return {name: str(intake.answers[name]) for name in MOOD.questions} | others


def kept(intake: Intake) -> tuple[Any, ...]:
    return Intake.objects.filter(pk=intake.pk).values_list("answers", "visited", "state")[0]


def hidden_in(page: Any) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in found}


def test_a_page_that_waits_for_a_held_row_gives_back_what_was_typed_and_saves_it_when_sent_again(
    fill: Any, browser: Any, limits: Any
) -> None:
    limits(SOON)
    path = address(PROTOCOL, MOOD)
    for number in range(2 * ROUNDS):
        intake = fill()
        client, told, before = browser(intake), told_of(intake, phq9=str(1 + number % 3)), kept(intake)

        with held(intake):
            page = client.post(path, told)
            assert kept(intake) == before
        assert (page.status_code, page.headers["Retry-After"], hidden_in(page)) == (503, "5", told)
        client.post(path, hidden_in(page))

        assert Intake.objects.get(pk=intake.pk).answers["phq9"] == told["phq9"]
    print(f"a held row: {2 * ROUNDS} forms given back with 503, 0 lost, 0 errors")


def test_a_form_that_cannot_be_sent_for_a_held_row_is_not_half_sent(fill: Any, provider: Mailbox, limits: Any) -> None:
    limits(SOON)
    forms = [fill("V027" if number % 2 else "V000") for number in range(2 * ROUNDS)]
    for each in forms:
        with held(each), pytest.raises(OperationalError):
            submit(each)
    sweep(NOW)
    assert (wrong(told=[], accepted=provider.accepted), len(provider.accepted)) == ({}, 0)

    for each in forms:
        submit(Intake.objects.get(pk=each.pk))
    sweep(NOW)

    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}


def test_every_thread_of_the_web_may_wait_for_one_row_and_all_of_them_are_free_again(
    fill: Any, browser: Any, limits: Any
) -> None:
    limits(SOON)
    intake = fill()
    path, told = address(PROTOCOL, MOOD), told_of(intake)
    clients = [browser(intake) for _ in range(THREADS)]

    with held(intake):
        pages = at_once(*[lambda client=client: client.post(path, told).status_code for client in clients])
        assert browser(other := fill()).post(path, told_of(other)).status_code == 302

    assert pages == [503] * THREADS


def test_control_without_a_limit_the_page_does_not_end(fill: Any, browser: Any, limits: Any) -> None:
    limits({})
    intake, path = fill(), address(PROTOCOL, MOOD)
    client, told, answers = browser(intake), told_of(intake), []
    page = threading.Thread(target=lambda: answers.extend(at_once(lambda: client.post(path, told).status_code)))

    with held(intake):
        page.start()
        page.join(timeout=LONG)
        assert (page.is_alive(), answers) == (True, [])
    page.join(timeout=30)
    assert answers == [302]


def stand_still(fill: Any) -> list[Intake]:
    """Stop a web process at each step of sending a form, send that form from elsewhere, and wake the first one."""
    sent = []
    for step in range(2, MOST_STEPS, STEP):
        child = run(sending(intake := fill("V027")), fault=Fault.STOPPED, at_step=step)
        sent.append(intake)
        if not child.reached:
            return sent
        try:
            submit(Intake.objects.get(pk=intake.pk))
        finally:
            child.go_on()
    raise AssertionError("there are more steps than were tried")


def test_a_process_that_stands_still_with_a_row_loses_it_and_whoever_waits_goes_on(
    fill: Any, provider: Mailbox, limits: Any
) -> None:
    limits(STANDS)

    sent = stand_still(fill)
    sweep(NOW)

    assert wrong(told={each.reference for each in sent}, accepted=provider.accepted) == {}
    assert len(sent) >= 3
    print(f"stopped while sending: {len(sent)} processes, each form sent by another one, 0 lost, 0 twice")


def test_control_without_a_limit_what_stands_still_keeps_its_row(fill: Any, limits: Any) -> None:
    limits({"lock_timeout": STANDS["idle_in_transaction_session_timeout"]})

    with pytest.raises(OperationalError, match="lock timeout"):
        stand_still(fill)


def shown() -> list[str]:
    """What PostgreSQL says of the limits of a new connection."""
    connection.close()
    with connection.cursor() as cursor:
        return [cursor.execute(f"SHOW {name}").fetchone()[0].replace("1min", "60s") for name in waits.WEB]


def test_web_processes_and_workers_have_their_limits_and_commands_have_none(limits: Any) -> None:
    limits({})
    assert shown() == ["0", "0", "0"]

    assert celery._as_a_worker in [found() for _, found in worker_init.receivers]
    celery._as_a_worker()
    assert shown() == ["10s", "90s", "60s"] == list(waits.WORKER.values())

    limits({})
    runpy.run_module("clinic.wsgi")
    assert shown() == ["5s", "15s", "30s"] == list(waits.WEB.values())


def test_a_session_that_was_ended_for_standing_still_is_the_503_page_and_no_mistake_of_ours() -> None:
    ended, mistake = InternalError(), InternalError()
    ended.__cause__ = psycopg.errors.IdleInTransactionSessionTimeout()
    mistake.__cause__ = psycopg.errors.InFailedSqlTransaction()

    assert (errors.does_not_answer(ended), errors.does_not_answer(mistake)) == (True, False)
