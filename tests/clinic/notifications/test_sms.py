"""Text messages: posted once as the provider wants it, and each of its answers means one thing."""

from __future__ import annotations

import base64
import logging
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery
from clinic.notifications.channels import posting, sms
from clinic.notifications.channels.outgoing import NotSetUp, OptedOut, Outgoing, Refused, TryLater
from clinic.notifications.models import Message, StoppedAddress
from clinic.patients.actions import agree, describe, has_agreed
from clinic.patients.models import Patient

from .conftest import BY, DAY, Queue, read
from .http_server import answering

ID = uuid.UUID("11111111-2222-4333-8444-555555555555")
TAKEN = (201, {"sid": "SM0123", "status": "queued"})


def outgoing(**changes: Any) -> Outgoing:
    given = {"id": ID, "to": "+15550100199", "subject": "", "text": "Larkfield: hello.\n", "at": DAY}
    return Outgoing(**(given | changes))


@pytest.fixture
def account(settings: Any) -> Any:
    """An account at a provider that is reached on this machine."""
    settings.SMS_PROVIDER, settings.SMS_ACCOUNT, settings.SMS_TOKEN = "twilio", "AC1", "secret"  # noqa: S105
    settings.SMS_FROM, settings.SITE_URL = "+15550100000", "https://clinic.example"
    return settings


def reminder(queued: Queue, patient: Patient, **changes: Any) -> Message:
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=DAY)
    return queued(channel="sms", template="reminder-2-hours", about={"when": "today"}, **changes)


def delivered(message: Message, *, after: timedelta = timedelta(0)) -> Message:
    delivery.deliver(message.pk, now=DAY + after, by=BY)
    message.refresh_from_db()
    return message


def test_a_text_is_posted_as_the_provider_wants_it(account: Any) -> None:
    with answering(TAKEN) as provider:
        account.SMS_URL = provider.url
        assert sms.send(outgoing()) == "SM0123"

    (post,) = provider.posts
    assert post.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert post.fields == {
        "To": "+15550100199",
        "From": "+15550100000",
        "Body": "Larkfield: hello.",
        "StatusCallback": f"https://clinic.example/hooks/sms/status/{ID}/",
    }
    assert base64.b64decode(post.headers["Authorization"].split()[1]) == b"AC1:secret"
    assert post.headers["Idempotency-Key"] == str(ID)


def test_a_messaging_service_can_be_the_sender(account: Any) -> None:
    account.SMS_FROM = "MG77"
    with answering(TAKEN) as provider:
        account.SMS_URL = provider.url
        sms.send(outgoing())

    assert provider.posts[0].fields["MessagingServiceSid"] == "MG77"
    assert "From" not in provider.posts[0].fields


@pytest.mark.parametrize("code", [21211, 21214, 21408, 21612, 21614, 21617])
def test_what_can_never_arrive_is_refused(code: int, account: Any) -> None:
    with answering((400, {"code": code, "message": "The 'To' number +15550100199 is not valid"})) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(Refused) as refused:
            sms.send(outgoing())
    assert str(code) in str(refused.value)
    assert "5550100199" not in str(refused.value)


def test_an_error_without_a_known_code_is_refused_and_not_repeated(account: Any) -> None:
    with answering((400, b"<html>what")) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(Refused, match=r"refused it \(400\)"):
            sms.send(outgoing())


@pytest.mark.parametrize("status", [429, 500, 502, 503, 401, 403, 404, 302])
def test_what_may_pass_is_tried_again(status: int, account: Any) -> None:
    with answering((status, {"code": 20429})) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(TryLater, match=str(status)):
            sms.send(outgoing())
    assert len(provider.posts) == 1


@pytest.mark.parametrize("body", [b"<html>Sign in to the network", {"code": 20500}, b"", {"sid": None}])
def test_a_yes_without_an_id_is_no_yes_of_the_provider(body: Any, account: Any) -> None:
    with answering((200, body)) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(TryLater, match="200"):
            sms.send(outgoing())


def test_somebody_who_told_the_provider_to_stop_has_opted_out(account: Any) -> None:
    with answering((400, {"code": 21610})) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(OptedOut):
            sms.send(outgoing())


def test_a_silent_provider_is_not_waited_for(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS_TO_ANSWER", 0.2)
    with answering(None) as provider:
        account.SMS_URL = provider.url
        with pytest.raises(TimeoutError):
            sms.send(outgoing())


def test_a_provider_that_is_away_is_tried_again(account: Any) -> None:
    account.SMS_URL = "http://127.0.0.1:9"
    with pytest.raises(OSError, match="refused"):
        sms.send(outgoing())


@pytest.mark.parametrize("url", ["http://provider.example", "ftp://127.0.0.1", "provider.example", "https://"])
def test_nothing_goes_to_another_machine_unencrypted(url: str, account: Any) -> None:
    account.SMS_URL = url
    with pytest.raises(NotSetUp, match="https only"):
        sms.send(outgoing())


@pytest.mark.parametrize("missing", ["SMS_ACCOUNT", "SMS_TOKEN", "SMS_FROM"])
def test_half_an_account_is_none(missing: str, account: Any) -> None:
    setattr(account, missing, "")
    with pytest.raises(NotSetUp, match="no SMS provider is set up"):
        sms.send(outgoing())


def test_production_without_a_provider_is_refused_and_not_put_into_a_file(settings: Any, tmp_path: Path) -> None:
    settings.IS_PRODUCTION, settings.TEXT_DIR = True, tmp_path / "texts"
    with pytest.raises(NotSetUp, match="no SMS provider is set up"):
        sms.send(outgoing())
    assert not settings.TEXT_DIR.exists()


def test_development_writes_a_file_for_its_owner_alone(settings: Any, tmp_path: Path) -> None:
    settings.TEXT_DIR = tmp_path / "texts"

    sms.send(outgoing(text="Zoë, hello\n"))
    sms.send(outgoing(text="second\n"))

    (file,) = settings.TEXT_DIR.iterdir()
    assert (read(file)["To"], read(file).get_content().strip()) == ("+15550100199", "Zoë, hello")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", ["", "5550100199", "call me", "0049"])
def test_what_is_no_international_number_is_refused(number: str, account: Any) -> None:
    with pytest.raises(Refused, match="not one we can text"):
        sms.send(outgoing(to=number))


def test_a_reminder_arrives_at_the_number_in_the_form_that_providers_read(
    account: Any, queued: Queue, patient: Patient
) -> None:
    patient.phone = "(555) 010-0199"
    patient.save()
    with answering(TAKEN) as provider:
        account.SMS_URL = provider.url
        message = delivered(reminder(queued, patient))

    assert (message.state, message.provider_id) == ("sent", "SM0123")
    assert provider.posts[0].fields["To"] == "+15550100199"
    assert str(message.pk) in provider.posts[0].fields["StatusCallback"]


def test_a_consent_taken_back_after_it_was_queued_stops_the_text(account: Any, queued: Queue, patient: Patient) -> None:
    message = reminder(queued, patient)
    later = DAY + timedelta(minutes=1)
    agree(patient=patient, kind="consent_sms", given=False, wording="w", wording_version="v", by=BY, now=later)
    with answering(TAKEN) as provider:
        account.SMS_URL = provider.url
        delivered(message, after=timedelta(minutes=2))

    assert (message.state, provider.posts) == ("cancelled", [])


def test_a_busy_provider_gets_it_later_and_once(account: Any, queued: Queue, patient: Patient) -> None:
    with answering((503, {}), TAKEN) as provider:
        account.SMS_URL = provider.url
        message = delivered(reminder(queued, patient))
        assert (message.state, message.reason) == ("due", "the SMS provider answered 503")
        assert message.due_at == DAY + timedelta(minutes=1)
        delivered(message, after=timedelta(minutes=1))

    assert (message.state, len(provider.posts)) == ("sent", 2)
    assert provider.posts[0].headers["Idempotency-Key"] == provider.posts[1].headers["Idempotency-Key"]


def test_a_provider_that_stays_broken_leaves_it_parked_with_the_reason(
    account: Any, queued: Queue, patient: Patient
) -> None:
    with answering((500, {})) as provider:
        account.SMS_URL = provider.url
        message = reminder(queued, patient)
        for _ in range(delivery.TRIES):
            delivered(message, after=message.due_at - DAY)

    assert (message.state, message.reason, len(provider.posts)) == ("failed", "the SMS provider answered 500", 5)


def test_a_word_to_the_provider_withdraws_the_consent_here_too(account: Any, queued: Queue, patient: Patient) -> None:
    describe(patient=patient, told={"phone": "+1 555 010 0199"}, by=BY)
    with answering((400, {"code": 21610})) as provider:
        account.SMS_URL = provider.url
        message = delivered(reminder(queued, patient))

    assert (message.state, message.reason) == ("failed", "they told the provider to stop")
    assert has_agreed(patient, "consent_sms") is False
    assert StoppedAddress.objects.get().because == "stop_word"
    assert AuditEvent.objects.filter(action="patients.withdraw", patient=str(patient.pk)).count() == 1


def test_no_log_and_no_audit_line_holds_the_text_or_the_number(
    account: Any, queued: Queue, patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with answering((500, {"message": "Larkfield +15550100199"}), TAKEN) as provider:
        account.SMS_URL = provider.url
        message = delivered(reminder(queued, patient))
        delivered(message, after=timedelta(minutes=1))

    said = provider.posts[-1].fields["Body"]
    kept = caplog.text + str(list(AuditEvent.objects.values()))
    assert [text for text in (said, "5550100199", "secret") if text in kept] == []
