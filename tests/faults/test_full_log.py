"""R10: the disk of the logs is full: pages, forms and messages go on, and only the lines about them are missing."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import pytest
from django.test import Client

from clinic.intake.models import Intake
from clinic.notifications.actions import queue
from clinic.web import logs
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import BY, NOW, ROUNDS, submit, sweep
from .ledgers import wrong

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """Every line of this process goes to a device without room, as the clinic's own handler writes it."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    with open("/dev/full", "w", buffering=1) as device, open(os.devnull, "w") as nowhere:
        monkeypatch.setattr(sys, "stderr", device)
        logs.configure()
        root.handlers = [each for each in root.handlers if getattr(each, "stream", None) is device]
        yield device
        root.handlers = before
        os.dup2(nowhere.fileno(), device.fileno())


def visit() -> list[int]:
    """A page that is there and one that is not, about which a line is written."""
    browser = Client(raise_request_exception=False)
    return [browser.get(path).status_code for path in ("/", "/not-a-page/")]


def test_nothing_but_the_lines_is_lost_when_no_line_can_be_written(
    full: TextIO, fill: Callable[..., Intake], provider: Mailbox
) -> None:
    told = set()
    for number in range(2 * ROUNDS):
        submit(intake := fill("V027" if number % 2 else "V000"))
        told.add(intake.reference)
        queue(key=f"poison:{number}", template="to-come", patient=intake.patient, by=BY, now=NOW)
        assert visit() == [200, 404]
    sweep(NOW)

    with pytest.raises(OSError, match="No space left"):
        full.write("x\n")
    found = wrong(told=told, accepted=provider.accepted)
    assert found == {"messages left half way": 2 * ROUNDS}, "those that no version knows are tried again later"
    print(f"disk of the logs full: {len(told)} forms, {len(provider.accepted)} messages, 0 lost, 0 errors")


def test_control_a_handler_that_insists_breaks_pages(full: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def insist(self: logging.Handler, record: logging.LogRecord) -> None:
        raise sys.exc_info()[1] or AssertionError

    monkeypatch.setattr(logging.StreamHandler, "handleError", insist)

    with pytest.raises(OSError, match="No space left"):
        visit()
