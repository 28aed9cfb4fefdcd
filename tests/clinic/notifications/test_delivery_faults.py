"""Delivery when things break: tried again, parked with the kind of error, never sent twice, never half marked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery
from clinic.notifications.channels import email
from clinic.notifications.models import Message

from .conftest import BY, DAY, Queue

NIGHT = datetime(2026, 12, 3, 5, 30, tzinfo=UTC)
"""Half past nine in the evening in Los Angeles."""
MORNING = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)


class Killed(BaseException):
    """What kill -9 does: nothing in the worker's own code runs after it."""


def deliver(message: Message, now: datetime = DAY) -> Message:
    delivery.deliver(message.pk, now=now, by=BY)
    message.refresh_from_db()
    return message


def lines(message: Message) -> list[str]:
    return list(
        AuditEvent.objects.filter(subject=f"message:{message.pk}").order_by("id").values_list("action", flat=True)
    )


def test_a_poison_message_is_tried_five_times_then_parked_with_the_kind_of_error(queued: Queue) -> None:
    message, now, waits = queued(template="no-such-template"), DAY, []
    while message.state != "failed":
        tried_at = now
        message = deliver(message, now)
        waits.append((message.due_at - tried_at).total_seconds() / 60)
        now = message.due_at

    assert (message.attempts, message.reason) == (5, "TemplateDoesNotExist")
    assert waits[:4] == [1, 5, 30, 120]
    assert lines(message)[-2:] == ["notifications.put_off", "notifications.fail"]


def test_the_text_of_an_error_is_never_kept(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise OSError("could not write to maya@mail.example")

    monkeypatch.setattr(email, "send", fail)

    message = deliver(queued())

    assert (message.state, message.reason) == ("due", "OSError")
    assert "maya" not in str(list(AuditEvent.objects.values_list("detail")))


def test_an_urgent_page_is_tried_every_minute_for_an_hour(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(email, "send", fail)
    message, now, tries = queued(is_urgent=True), DAY, 0
    while message.state != "failed":
        message = deliver(message, now)
        now, tries = now + timedelta(minutes=1), tries + 1

    assert tries == 60


def test_a_neighbour_goes_out_past_a_poison_message(queued: Queue) -> None:
    queued(key="test:0", template="no-such-template", due_at=DAY - timedelta(minutes=1))
    neighbour = queued()

    assert delivery.deliver_due(now=DAY, by=BY) == 2
    neighbour.refresh_from_db()
    assert neighbour.state == "sent"


def test_urgent_messages_go_first_then_the_longest_due(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(email, "send", lambda outgoing: order.append(str(outgoing.id)))
    late = queued(key="test:late", due_at=DAY - timedelta(minutes=2))
    later = queued(key="test:later", due_at=DAY - timedelta(minutes=1))
    urgent = queued(key="test:urgent", is_urgent=True)

    delivery.deliver_due(now=DAY, by=BY)

    assert order == [str(each.pk) for each in (urgent, late, later)]


def test_a_sweep_ends_in_time_and_leaves_the_rest(queued: Queue) -> None:
    for number in range(3):
        queued(key=f"test:{number}")

    assert delivery.deliver_due(now=DAY, by=BY, seconds=0) == 0
    assert Message.objects.filter(state="due").count() == 3


@pytest.mark.parametrize(("is_urgent", "minutes"), [(False, 10), (True, 2)])
def test_a_worker_killed_before_it_sent_holds_the_message_for_minutes_only(
    is_urgent: bool, minutes: int, queued: Queue, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = queued(is_urgent=is_urgent)
    monkeypatch.setattr(delivery, "words_for", _kill)
    with pytest.raises(Killed):
        deliver(message)
    monkeypatch.undo()

    almost = DAY + timedelta(minutes=minutes) - timedelta(seconds=1)
    assert delivery.deliver(message.pk, now=almost, by=BY) is None
    assert deliver(message, DAY + timedelta(minutes=minutes)).state == "sent"
    assert message.attempts == 2


def test_a_worker_killed_after_it_sent_leaves_one_file_and_one_sent_row(
    queued: Queue, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = queued()
    monkeypatch.setattr(delivery, "_sent", _kill)
    with pytest.raises(Killed):
        deliver(message)
    monkeypatch.undo()
    assert len(list(mail.iterdir())) == 1

    assert deliver(message, DAY + timedelta(minutes=10)).state == "sent"
    assert len(list(mail.iterdir())) == 1
    assert lines(message).count("notifications.send") == 1


def test_a_message_that_kills_every_worker_is_parked(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    message, now = queued(), DAY
    monkeypatch.setattr(delivery, "words_for", _kill)
    for _ in range(5):
        with pytest.raises(Killed):
            delivery.deliver(message.pk, now=now, by=BY)
        now += timedelta(minutes=10)

    message = deliver(message, now)

    assert (message.state, message.reason) == ("failed", "every try stopped half way")


def test_a_slow_worker_does_not_undo_what_the_next_one_did(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker fails after its claim was taken over and the message was sent by another."""
    message = queued()
    worded = delivery.words_for

    def too_slow(mine: Message, **options: Any) -> Any:
        monkeypatch.setattr(delivery, "words_for", worded)
        delivery.deliver(message.pk, now=DAY + timedelta(minutes=10), by=BY)
        raise TimeoutError

    monkeypatch.setattr(delivery, "words_for", too_slow)

    assert deliver(message).state == "sent"
    assert lines(message) == ["notifications.queue", "notifications.send"]


def test_two_workers_that_both_handed_it_over_say_so_once(
    queued: Queue, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker is so slow that its claim is taken over; then its own call to the provider succeeds as well."""
    message, later = queued(), DAY + timedelta(minutes=10)
    send = email.send

    def too_slow(outgoing: Any) -> None:
        monkeypatch.setattr(email, "send", send)
        delivery.deliver(message.pk, now=later, by=BY)
        send(outgoing)

    monkeypatch.setattr(email, "send", too_slow)

    message = deliver(message)

    assert (message.state, message.sent_at) == ("sent", later)
    assert lines(message) == ["notifications.queue", "notifications.send"]
    assert len(list(mail.iterdir())) == 1


def test_without_its_audit_line_nothing_is_marked_sent(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    message = queued()
    monkeypatch.setattr(delivery, "record", _kill)

    with pytest.raises(Killed):
        deliver(message)

    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("claimed", None)


def _kill(*_: object, **__: object) -> None:
    raise Killed
