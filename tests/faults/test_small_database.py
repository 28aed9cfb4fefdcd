"""R8, R9, R10: the database dies, has no connection left, its disk is full: pages give back, nothing is half stored."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.test import Client
from django.urls import reverse

from clinic.intake.journeys import address
from clinic.intake.models import Intake
from clinic.web import errors
from tests.clinic.intake.conftest import PROTOCOL, page_of
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, NOW, ROUNDS, often, submit, sweep
from .ledgers import twice, wrong
from .small import Small, server, small

__all__ = ["server", "small"]
pytestmark = pytest.mark.django_db(transaction=True)
MOOD: Final = page_of("phq9")
FORMS: Final = 4
TIMES: Final = often(3, 100)
BIG: Final = "SELECT pg_logical_emit_message(true, 'test', repeat('x', 8000000))"
"""Half a file of the log of transactions."""
BROWSERS: Final = 4
RESTARTS: Final = often(2, 30)
EACH_TIME: Final = often(6, 20)
"""Forms for each time that the server is started again."""


@pytest.fixture
def browser(small: Small, let_in: Callable[[Intake], Client]) -> Callable[[Intake], Client]:
    """The browser of somebody, which is shown what the server answers, errors too."""

    def of(intake: Intake) -> Client:
        client = let_in(intake)
        client.raise_request_exception = False
        return client

    return of


def told_of(intake: Intake, number: int) -> dict[str, str]:
    """What is sent from a page, another answer each time."""
    return {name: str(intake.answers[name]) for name in MOOD.questions} | {"phq9": str(1 + number % 3)}


def test_a_database_that_is_started_again_has_what_was_told_and_pages_and_workers_go_on(
    small: Small, fill: Any, browser: Any, provider: Mailbox
) -> None:
    told, took, path = set(), [], address(PROTOCOL, MOOD)
    for number in range(2 * ROUNDS):
        before, after = fill("V027" if number % 2 else "V000"), fill()
        client, typed = browser(after), told_of(after, number)
        submit(before)
        with small.dead([signal.SIGINT, signal.SIGQUIT][number % 2]):
            page = client.post(path, typed)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            assert client.get(reverse("healthz")).status_code == 503
            with pytest.raises(OperationalError):
                sweep(NOW)
        began = time.monotonic()
        assert client.post(path, typed).status_code == 302
        sweep(NOW)
        took.append(time.monotonic() - began)
        told.add(before.reference)
    sweep(NOW + AFTER_ANY_CLAIM)

    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(
        f"started again {2 * ROUNDS} times: 0 lost, 0 twice; a page and a sweep after it took at most {max(took):.1f} s"
    )


def send_all(forms: list[Intake], told: list[str]) -> list[threading.Thread]:
    """Browsers that send forms, and send one again as long as they are told nothing of it."""
    left = iter([each.pk for each in forms])

    def sends() -> None:
        try:
            for each in left:
                while not told_that_it_arrived(each, told):
                    connection.close()
        finally:
            connection.close()

    threads = [threading.Thread(target=sends) for _ in range(BROWSERS)]
    for each in threads:
        each.start()
    return threads


def told_that_it_arrived(form: Any, told: list[str]) -> bool:
    try:
        intake = Intake.objects.get(pk=form)
        submit(intake)
    except (DatabaseError, InterfaceError):
        return False
    told.append(intake.reference)
    return True


def test_a_database_that_is_started_again_while_forms_are_sent_has_every_form_that_was_told(
    small: Small, fill: Any, provider: Mailbox
) -> None:
    forms = [fill("V027" if number % 8 == 0 else "V000") for number in range(EACH_TIME * RESTARTS)]
    told: list[str] = []
    sending = send_all(forms, told)
    for number in range(RESTARTS):
        while len(told) < EACH_TIME * number + 1:
            assert any(each.is_alive() for each in sending)
            time.sleep(0.001)
        with small.dead([signal.SIGINT, signal.SIGQUIT, signal.SIGQUIT][number % 3]):
            pass
    for each in sending:
        each.join()
    sweep(NOW + AFTER_ANY_CLAIM)

    assert sorted(told) == sorted(each.reference for each in forms)
    assert wrong(told=told, accepted=provider.accepted) == {}
    print(f"started again {RESTARTS} times while {len(told)} forms were sent by {BROWSERS} browsers: 0 lost, 0 twice")


def test_control_without_flushing_a_database_that_is_ended_at_once_has_lost_what_was_told(
    small: Small, fill: Any, provider: Mailbox
) -> None:
    forms = [fill("V027" if number % 2 else "V000") for number in range(FORMS)]
    small.forget_to_flush()
    for each in forms:
        submit(each)
    with small.dead():
        pass
    sweep(NOW)

    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted)["told and not stored"] >= 1


def test_while_no_connection_is_left_a_page_is_given_back_health_is_red_and_the_next_try_is_saved(
    small: Small, fill: Any, browser: Any
) -> None:
    intake = fill()
    client, path = browser(intake), address(PROTOCOL, MOOD)
    for number in range(TIMES):
        told = told_of(intake, number)
        with small.taken() as taken:
            page, red = client.post(path, told), client.get(reverse("healthz"))
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert f'value="{told["phq9"]}"' in page.content.decode()
        assert (red.status_code, red.headers["Retry-After"]) == (503, "5")

        assert client.post(path, told).status_code == 302
        assert client.get(reverse("healthz")).status_code == 200
        assert Intake.objects.get(pk=intake.pk).answers["phq9"] == told["phq9"]
    print(f"all {taken} connections taken: {TIMES} pages given back with 503, 0 lost, 0 errors")


def test_workers_without_a_connection_do_everything_once_when_there_is_one(
    small: Small, fill: Any, provider: Mailbox
) -> None:
    forms = [fill("V027" if number % 2 else "V000") for number in range(FORMS * ROUNDS)]
    for each in forms:
        submit(each)
    with small.taken(), pytest.raises(OperationalError, match="too many clients"):
        sweep(NOW)
    assert provider.accepted == []

    sweep(NOW)

    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0


@pytest.mark.parametrize("gone", [Small.taken, Small.dead], ids=["no connection", "no server"])
def test_control_without_the_guard_whoever_finds_no_database_sees_an_error(
    gone: Any, small: Small, fill: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "NOT_ANSWERING", ())
    client, told = browser(intake := fill()), told_of(intake, 0)

    with gone(small):
        assert client.post(address(PROTOCOL, MOOD), told).status_code == 500


def fill_the_log() -> None:
    """Write half a file of the log of transactions, again and again."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(BIG)


def end_the_log() -> None:
    """Fill the log of transactions until the server falls over it."""
    with pytest.raises((DatabaseError, InterfaceError)):
        fill_the_log()
    connections.close_all()


def sent_while_full(forms: list[Intake], browser: Any, *, too_early: bool = False) -> tuple[set[str], set[int]]:
    """Who was told that their form arrived, and how the pages answered."""
    told, statuses = set(), set()
    for number, each in enumerate(forms):
        if too_early:
            told.add(each.reference)
        statuses.add(browser(each).post(address(PROTOCOL, MOOD), told_of(each, number)).status_code)
        try:
            submit(Intake.objects.get(pk=each.pk))
            told.add(each.reference)
        except DatabaseError:
            connections.close_all()
    return told, statuses


@pytest.mark.parametrize("also_the_log", [False, True], ids=["tables", "log of transactions"])
def test_a_disk_that_is_full_loses_nothing_halves_nothing_and_all_goes_on_when_there_is_room(
    also_the_log: bool, small: Small, fill: Any, browser: Any, provider: Mailbox
) -> None:
    told, statuses = set(), set()
    for _ in range(ROUNDS):
        forms = [fill("V027" if number % 2 else "V000") for number in range(FORMS)]
        clients = {each.pk: browser(each) for each in forms}
        with small.full():
            if also_the_log:
                end_the_log()
            now_told, how = sent_while_full(forms, lambda each, of=clients: of[each.pk])
        told, statuses = told | now_told, statuses | how
        for each in forms:
            submit(Intake.objects.get(pk=each.pk))
            told.add(each.reference)
    sweep(NOW + AFTER_ANY_CLAIM)

    assert 503 in statuses
    assert statuses <= {302, 503}
    assert wrong(told=told, accepted=provider.accepted) == {}
    assert Intake.objects.filter(state="submitted").count() == FORMS * ROUNDS
    print(f"disk full {ROUNDS} times: answers {statuses}, {FORMS * ROUNDS} forms sent in the end, 0 lost, 0 halves")


def test_control_telling_before_the_commit_loses_on_a_full_disk(
    small: Small, fill: Any, browser: Any, provider: Mailbox
) -> None:
    forms = [fill() for _ in range(FORMS)]
    clients = {each.pk: browser(each) for each in forms}

    with small.full():
        told, _ = sent_while_full(forms, lambda each: clients[each.pk], too_early=True)
    sweep(NOW)

    assert wrong(told=told, accepted=provider.accepted)["told and not stored"] >= 1
