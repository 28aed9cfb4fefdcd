"""A patient, a folder for mail, messages to deliver, and a broker that only notes what it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from clinic import celery
from clinic.audit.actors import Actor, system
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.patients.models import Patient

DAY = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
"""Ten in the morning in Los Angeles."""
BY: Actor = system("test")
Queue = Callable[..., Message]


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What was given to the broker."""
    sent: list[dict[str, Any]] = []

    def send_task(name: str, **options: Any) -> None:
        sent.append({"name": name, **options})

    monkeypatch.setattr(celery.app, "send_task", send_task)
    yield sent
    celery._sender.submit(lambda: None).result(timeout=5)


@pytest.fixture(autouse=True)
def mail(settings: Any, tmp_path: Path) -> Path:
    """The folder that e-mails are written to."""
    settings.MAIL_DIR = tmp_path / "mail"
    settings.TEXT_DIR = tmp_path / "texts"
    settings.EMAIL_URL = ""
    return settings.MAIL_DIR


@pytest.fixture
def patient(db: None) -> Patient:
    """Somebody in Los Angeles who said that messages are safe."""
    return Patient.objects.create(
        legal_name="Maya Rose Thompson",
        born_on="1991-05-02",
        email="maya@mail.example",
        phone="+1 555 010 0199",
        safe_contact="yes",
        country="US",
        region="US-CA",
        time_zone="America/Los_Angeles",
    )


@pytest.fixture
def queued(patient: Patient) -> Queue:
    """Queues a message to the patient, due at once."""

    def queue_one(**changes: Any) -> Message:
        given = {"key": "test:1", "template": "please-look", "patient": patient, "by": BY, "now": DAY}
        return queue(**(given | changes))

    return queue_one


def read(file: Path) -> EmailMessage:
    """An e-mail from its file."""
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message
