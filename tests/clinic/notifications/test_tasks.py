"""What Celery carries: ids only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction

from clinic import celery
from clinic.notifications import tasks
from clinic.notifications.models import Message

from .conftest import DAY, Queue


def handed_over(nudges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    celery._sender.submit(lambda: None).result(timeout=5)
    return nudges


def test_a_nudge_carries_the_id_and_nothing_else(
    queued: Queue, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = queued(about={"when": "Thursday"})

    sent = handed_over(nudges)
    assert sent == [
        {
            "name": "clinic.notifications.tasks.deliver",
            "args": [str(message.pk)],
            "queue": "default",
            "ignore_result": True,
            "retry": False,
            "confirm_timeout": 2,
        }
    ]
    assert UUID(sent[0]["args"][0]) == message.pk


def test_an_urgent_message_takes_the_urgent_queue(
    queued: Queue, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queued(is_urgent=True)

    assert [each["queue"] for each in handed_over(nudges)] == ["urgent"]


def test_nothing_is_handed_over_when_the_cause_is_rolled_back(
    queued: Queue, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    @transaction.atomic
    def cause_that_breaks() -> None:
        queued()
        raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        cause_that_breaks()

    assert handed_over(nudges) == []
    assert Message.objects.count() == 0


def test_a_process_that_is_ending_answers_what_it_has_committed(
    queued: Queue,
    nudges: list[dict[str, Any]],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = ThreadPoolExecutor(max_workers=1)
    ended.shutdown()

    with monkeypatch.context() as ending, django_capture_on_commit_callbacks(execute=True):
        message = queued()
        ending.setattr(celery, "_sender", ended)

    assert Message.objects.get(pk=message.pk).state == Message.State.DUE
    assert "nudge not sent, the sweep will find it" in caplog.text


@time_machine.travel(DAY)
def test_the_tasks_deliver(queued: Queue) -> None:
    one, other = queued(), queued(key="test:2")

    tasks.deliver(str(one.pk))
    tasks.deliver_due()

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == ("sent", "sent")


@pytest.mark.parametrize("payload", ["", "not-an-id", "1; DROP TABLE"])
def test_a_task_with_a_broken_id_touches_nothing(payload: str, queued: Queue) -> None:
    message = queued()

    with pytest.raises(ValueError, match="UUID"):
        tasks.deliver(payload)
    message.refresh_from_db()
    assert message.state == "due"


def test_a_task_for_a_row_that_is_gone_does_nothing(db: None) -> None:
    tasks.deliver("11111111-2222-4333-8444-555555555555")

    assert Message.objects.count() == 0
