"""Forms to send, a mail provider that remembers what it accepted, and how large a run is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clinic import celery
from clinic.audit.actors import system
from clinic.intake import send_actions
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications import actions as notifications
from clinic.notifications import delivery
from tests.clinic.intake import conftest as made
from tests.clinic.intake.conftest import fill as filled
from tests.clinic.intake.conftest import let_in
from tests.clinic.notifications.smtp_server import Mailbox, mailbox

from .dying import end_children

__all__ = ["filled", "let_in"]
NOW = made.NOW
BY = system("test")
AFTER_ANY_CLAIM = delivery.CLAIM_HOLDS + timedelta(minutes=1)
FULL = os.environ.get("FAULTS") == "full"
ROUNDS = int(os.environ.get("ROUNDS") or 10) if FULL else 1
"""How often `make faults` runs each fault at each step; `make test` does once. docs/faults.md has the counts."""


def often(quick: int, full: int) -> int:
    """How often something is done: in `make test`, and in `make faults` of ten rounds."""
    return max(quick, full * ROUNDS // 10) if FULL else quick


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    """Noon, for what asks the clock itself; it goes on, because clients of brokers wait for it."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def no_child_stays() -> Iterator[None]:
    """Whatever a test started has ended when it has."""
    yield
    end_children()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No nudge arrives: the rows and the sweep are all there is. Tests of the broker bring their own."""
    monkeypatch.setattr(celery, "_hand_over", lambda *given: None)


@pytest.fixture
def fill(filled: made.Fill) -> made.Fill:
    """Fills in a form up to the signing page, of somebody who can be written to."""

    def fill_in(case: str = "V000", **others: Any) -> Intake:
        intake = filled(case, **others)
        intake.patient.safe_contact = "yes"
        intake.patient.save()
        return intake

    return fill_in


@pytest.fixture
def provider(settings: Any) -> Iterator[Mailbox]:
    """A mail server on this machine."""
    with mailbox() as server:
        settings.EMAIL_URL = server.url
        yield server


def submit(intake: Intake, **others: Any) -> ScreeningRecord:
    """Sign and send a form, as the signing page does."""
    return send_actions.submit(
        intake=intake,
        key=intake.submit_key,
        name="Maya Thompson",
        consents=made.consents(intake.answers, **others),
        page=made.SIGN,
        by=made.by_of(intake),
        now=NOW,
    )


def sending(intake: Intake) -> Callable[[Callable[[], None]], object]:
    """The work of a web process that is sent a form: store it, then tell the sender."""

    def work(tell: Callable[[], None]) -> None:
        submit(intake)
        tell()

    return work


def sweep(now: datetime) -> None:
    """What the beat asks of the workers, again and again until nothing is due: a slow machine needs several sweeps."""
    notifications.escalate(now=now, by=BY)
    while delivery.deliver_due(now=now, by=BY):
        continue


@pytest.fixture
def browser(let_in: Callable[[Intake], Client]) -> Callable[[Intake], Client]:
    """The browser of somebody, which is shown what the server answers, errors too."""

    def of(intake: Intake) -> Client:
        client = let_in(intake)
        client.raise_request_exception = False
        return client

    return of
