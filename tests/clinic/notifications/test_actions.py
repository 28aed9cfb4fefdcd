"""Queueing, taking back, trying again: once, with an audit line, and nothing without one."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.audit.models import AuditEvent
from clinic.notifications import actions
from clinic.notifications.actions import cancel, retry
from clinic.notifications.models import Message

from .conftest import BY, DAY, Queue


class NoRecord(Exception):
    """The audit line could not be written."""


@pytest.fixture
def no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Audit lines cannot be written any more."""

    def fail(*_: Any, **__: Any) -> None:
        raise NoRecord

    monkeypatch.setattr(actions, "record", fail)
    monkeypatch.setattr(actions, "record_all", fail)


def actions_of_audit() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_the_same_thing_is_queued_once(queued: Queue) -> None:
    first, second = queued(), queued(template="check-in")

    assert first == second
    assert Message.objects.get().template == "please-look"
    assert actions_of_audit() == ["notifications.queue"]


def test_without_its_audit_line_nothing_is_queued(queued: Queue, no_record: None) -> None:
    with pytest.raises(NoRecord):
        queued()
    assert Message.objects.count() == 0


@pytest.mark.parametrize("state", ["due", "claimed"])
def test_what_was_not_sent_can_be_taken_back(state: str, queued: Queue) -> None:
    message = queued()
    Message.objects.update(state=state, claimed_at=DAY if state == "claimed" else None)

    assert cancel(key_prefix="test:", reason="moved", by=BY) == (1 if state == "due" else 0)

    message.refresh_from_db()
    assert (message.state, message.reason, message.claimed_at) == ("cancelled", "moved", None)
    assert actions_of_audit()[-1] == "notifications.cancel"


def test_what_could_not_be_sent_is_not_tried_again_once_it_was_taken_back(queued: Queue) -> None:
    message = queued()
    Message.objects.update(state="failed", attempts=5, reason="OSError")

    assert cancel(key_prefix="test:", reason="moved", by=BY) == 1

    assert retry(message=message, by=BY, now=DAY) is False
    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "moved")


def test_an_urgent_page_that_could_not_be_sent_stays(queued: Queue) -> None:
    message = queued(to_role="on_call", channel="pager", template="urgent-page", is_urgent=True)
    Message.objects.update(state="failed")

    assert cancel(key_prefix="test:", reason="moved", by=BY) == 0

    message.refresh_from_db()
    assert message.state == "failed"


@pytest.mark.parametrize("state", ["sent", "cancelled"])
def test_what_is_over_cannot_be_taken_back(state: str, queued: Queue) -> None:
    message = queued()
    Message.objects.update(state=state, sent_at=DAY)

    assert cancel(key_prefix="test:", reason="moved", by=BY) == 0
    message.refresh_from_db()
    assert message.state == state


def test_without_its_audit_line_nothing_is_taken_back(queued: Queue, no_record: None, request: Any) -> None:
    message = Message.objects.create(key="test:1", to_role="on_call", channel="pager", template="urgent-page")

    with pytest.raises(NoRecord):
        cancel(key_prefix="test:", reason="moved", by=BY)
    message.refresh_from_db()
    assert message.state == "due"


def test_a_failed_message_can_be_tried_again(queued: Queue) -> None:
    message = queued()
    Message.objects.update(state="failed", attempts=5, reason="OSError")

    assert retry(message=message, by=BY, now=DAY) is True

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("due", 0, "")
    assert actions_of_audit()[-1] == "notifications.retry"


def test_only_a_failed_message_is_tried_again(queued: Queue) -> None:
    assert retry(message=queued(), by=BY, now=DAY) is False
    assert actions_of_audit() == ["notifications.queue"]
