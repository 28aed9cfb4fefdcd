"""Delivery: every due message ends sent, or not sent with a reason somebody can see, and is never sent twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery
from clinic.notifications.actions import cancel, queue
from clinic.notifications.channels import email
from clinic.notifications.models import Message
from clinic.patients.actions import agree
from clinic.patients.models import Patient

from .conftest import BY, DAY, Queue, read

NIGHT = datetime(2026, 12, 3, 5, 30, tzinfo=UTC)
"""Half past nine in the evening in Los Angeles."""
MORNING = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)


def deliver(message: Message, now: datetime = DAY) -> Message:
    delivery.deliver(message.pk, now=now, by=BY)
    message.refresh_from_db()
    return message


def lines(message: Message) -> list[str]:
    return list(
        AuditEvent.objects.filter(subject=f"message:{message.pk}").order_by("id").values_list("action", flat=True)
    )


def test_a_due_message_is_sent(queued: Queue, mail: Path) -> None:
    message = deliver(queued())

    assert (message.state, message.sent_at, message.attempts, message.claimed_at) == ("sent", DAY, 1, None)
    assert read(mail / f"{message.pk}.eml")["To"] == "maya@mail.example"
    assert lines(message) == ["notifications.queue", "notifications.send"]


def test_delivering_again_does_nothing(queued: Queue, mail: Path) -> None:
    message = deliver(queued())
    before = (mail / f"{message.pk}.eml").stat().st_mtime_ns

    assert delivery.deliver(message.pk, now=DAY + timedelta(hours=1), by=BY) is None
    assert (mail / f"{message.pk}.eml").stat().st_mtime_ns == before
    assert lines(message).count("notifications.send") == 1


def test_a_message_that_is_not_due_stays(queued: Queue, mail: Path) -> None:
    message = deliver(queued(due_at=DAY + timedelta(seconds=1)))

    assert (message.state, message.attempts) == ("due", 0)
    assert not mail.exists()


def test_a_cancelled_message_is_not_sent(queued: Queue, mail: Path) -> None:
    message = queued()
    assert cancel(key_prefix="test:", reason="not needed", by=BY) == 1

    assert (deliver(message).state, message.reason) == ("cancelled", "not needed")
    assert not mail.exists()


def test_a_message_taken_back_while_it_was_worded_is_not_sent(
    queued: Queue, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worded = delivery.words_for

    def slowly(message: Message, **options: Any) -> Any:
        assert cancel(key_prefix="test:", reason="not needed", by=BY) == 0
        return worded(message, **options)

    monkeypatch.setattr(delivery, "words_for", slowly)

    assert deliver(queued()).state == "cancelled"
    assert not mail.exists()


def test_a_message_taken_back_after_it_left_is_kept_as_sent(
    queued: Queue, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(outgoing: Any) -> None:
        email.send(outgoing)
        cancel(key_prefix="test:", reason="not needed", by=BY)

    monkeypatch.setitem(delivery.CHANNELS, "email", type("Slow", (), {"send": staticmethod(slowly)}))

    message = deliver(queued())

    assert (message.state, message.sent_at) == ("sent", DAY)
    assert len(list(mail.iterdir())) == 1


def test_a_message_that_is_too_late_is_dropped(queued: Queue, mail: Path) -> None:
    message = deliver(queued(good_for=timedelta(hours=1)), DAY + timedelta(hours=1, seconds=1))

    assert (message.state, message.reason) == ("cancelled", "too late")
    assert not mail.exists()


def test_at_night_a_message_waits_for_the_morning_where_the_patient_is(queued: Queue, mail: Path) -> None:
    message = deliver(queued(), NIGHT)

    assert (message.state, message.due_at, message.attempts) == ("due", MORNING, 0)
    assert not mail.exists()
    assert deliver(message, MORNING).state == "sent"
    assert lines(message) == ["notifications.queue", "notifications.put_off", "notifications.send"]


def test_night_is_where_the_patient_is(queued: Queue, patient: Patient) -> None:
    patient.time_zone = "America/New_York"
    patient.save()

    still_evening_at_the_clinic = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)

    assert deliver(queued(), still_evening_at_the_clinic).due_at == datetime(2026, 12, 3, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize("free", [{"keeps_quiet_hours": False}, {"is_urgent": True}])
def test_what_may_disturb_does(queued: Queue, free: dict[str, bool]) -> None:
    assert deliver(queued(**free), NIGHT).state == "sent"


def test_a_message_that_would_be_too_late_in_the_morning_is_dropped_at_night(queued: Queue) -> None:
    message = deliver(queued(due_at=NIGHT, good_for=timedelta(hours=2)), NIGHT)

    assert (message.state, message.reason) == ("cancelled", "too late once the night is over")


@pytest.mark.parametrize("answer", ["", "no", "not_sure", "voicemail_only", "Yes"])
def test_without_a_clear_yes_nobody_is_written_to_and_somebody_sees_it(
    answer: str, queued: Queue, patient: Patient, mail: Path
) -> None:
    patient.safe_contact = answer
    patient.save()

    message = deliver(queued())

    assert (message.state, message.reason) == ("failed", "they have not said that messages are safe: call them")
    assert not mail.exists()


def test_a_link_that_was_asked_for_on_the_page_is_sent(queued: Queue, patient: Patient) -> None:
    patient.safe_contact = ""
    patient.save()

    assert deliver(queued(template="resume-link")).state == "sent"


@pytest.mark.parametrize("address", [None, "", "  "])
def test_without_an_address_it_fails_where_somebody_sees_it(
    address: str | None, queued: Queue, patient: Patient
) -> None:
    patient.email = address
    patient.save()

    message = deliver(queued())

    assert (message.state, message.reason) == ("failed", "no address for email")


def test_a_text_message_needs_consent(queued: Queue) -> None:
    message = deliver(queued(channel="sms", template="reminder-2-hours", about={"when": "today"}))

    assert (message.state, message.reason) == ("cancelled", "no consent for text messages")


def test_in_production_a_text_message_fails_visibly_while_there_is_no_provider(
    queued: Queue, patient: Patient, settings: Any
) -> None:
    settings.IS_PRODUCTION = True
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=DAY)

    message = deliver(queued(channel="sms", template="reminder-2-hours", about={"when": "today"}))

    assert (message.state, message.reason, message.attempts) == ("failed", "no SMS provider is set up", 1)


def test_a_withdrawn_consent_counts(queued: Queue, patient: Patient) -> None:
    for given, at in ((True, DAY), (False, DAY + timedelta(minutes=1))):
        agree(patient=patient, kind="consent_sms", given=given, wording="w", wording_version="v", by=BY, now=at)

    message = deliver(queued(channel="sms", template="reminder-2-hours", about={"when": "today"}))

    assert message.reason == "no consent for text messages"


def test_a_page_reaches_the_person_on_call(db: None, mail: Path) -> None:
    page = queue(
        key="urgent-page:1",
        template="urgent-page",
        to_role="on_call",
        channel="pager",
        about={"reference": "LK-7KQ2M9T"},
        is_urgent=True,
        by=BY,
        now=NIGHT,
    )

    assert deliver(page, NIGHT).state == "sent"
    assert read(mail / f"{page.pk}.eml")["To"] == "on-call@larkfield.example"


def test_a_role_without_an_address_fails(queued: Queue) -> None:
    message = deliver(queued(to_role="coordinator"))

    assert (message.state, message.reason) == ("failed", "no address for this role")
