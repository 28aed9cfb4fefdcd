"""What providers tell us: only what they signed counts, once, in any order, and nothing they send breaks anything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery, signatures, stopping
from clinic.notifications.models import Message, Report, StoppedAddress
from clinic.patients.actions import describe
from clinic.patients.models import Patient

from .conftest import BY, DAY, Queue

TOKEN = "the token of the account"  # noqa: S105 - of no account
SITE = "https://clinic.example"
Tell = Callable[..., Any]


@pytest.fixture(autouse=True)
def secrets(settings: Any) -> None:
    """Both sides know these."""
    settings.SMS_TOKEN = settings.MAIL_HOOK_SECRET = TOKEN
    settings.SITE_URL = SITE


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(DAY, tick=False):
        yield


def sms(message_id: object, *, token: str = TOKEN, **fields: str) -> Any:
    """A delivery report as the SMS provider posts it."""
    path = reverse("hooks:sms_status", args=[message_id])
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"} | fields
    signature = signatures.of_form(token=token, url=SITE + path, fields=fields.items())
    return Client().post(path, fields_as_form(fields), FORM, headers={"X-Twilio-Signature": signature})


FORM = "application/x-www-form-urlencoded"


def fields_as_form(fields: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(fields)


def mail(body: object, *, secret: str = TOKEN, at: datetime = DAY) -> Any:
    """Reports as the mail provider posts them."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = signatures.of_body(secret=secret, body=raw, at=at)
    return Client().post(reverse("hooks:email"), raw, "application/json", headers={"X-Signature": header})


def event(message_id: object, kind: str, **more: object) -> dict[str, object]:
    return {"id": f"e-{kind}", "message": str(message_id), "event": kind, **more}


@pytest.fixture
def sent(queued: Queue, patient: Patient) -> Message:
    """An e-mail that left."""
    describe(patient=patient, told={"email": "maya@mail.example", "phone": "+1 555 010 0199"}, by=BY)
    message = queued()
    delivery.deliver(message.pk, now=DAY, by=BY)
    message.refresh_from_db()
    assert message.state == "sent"
    return message


def stops(patient: Patient) -> list[tuple[str, str]]:
    return list(StoppedAddress.objects.filter(patient=patient).values_list("channel", "because"))


def test_a_signature_is_made_as_the_provider_documents_it() -> None:
    """The example that the provider's own libraries are tested with."""
    fields = {"From": "+14158675309", "To": "+18005551212", "CallSid": "CA1234567890ABCDE", "Digits": "1234"}
    made = signatures.of_form(
        token="12345",  # noqa: S106 - an example
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
        fields=(fields | {"Caller": "+14158675309"}).items(),
    )
    assert made == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_text_that_arrived_is_kept_as_arrived(sent: Message) -> None:
    assert sms(sent.pk).status_code == 200

    sent.refresh_from_db()
    assert (sent.arrival, sent.arrival_at, sent.provider_id) == ("delivered", DAY, "SM1")
    assert AuditEvent.objects.get(action="notifications.report").actor == "system:sms-provider"


@pytest.mark.parametrize("forged", ["another token", ""])
def test_a_wrong_signature_is_refused_and_changes_nothing(forged: str, sent: Message) -> None:
    assert sms(sent.pk, token=forged).status_code == 403
    assert mail({"events": [event(sent.pk, "bounced")]}, secret=forged).status_code == 403

    sent.refresh_from_db()
    assert (sent.arrival, Report.objects.count(), StoppedAddress.objects.count()) == ("", 0, 0)


def test_without_a_secret_of_ours_nothing_is_believed(sent: Message, settings: Any) -> None:
    settings.SMS_TOKEN = settings.MAIL_HOOK_SECRET = ""

    assert sms(sent.pk, token="").status_code == 403
    assert mail({"events": []}, secret="").status_code == 403


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=abc", "t=abc,v1=abc", "t=٣,v1=é", "===", "t=" + "9" * 400])
def test_a_header_of_any_shape_is_refused(header: str, db: None) -> None:
    told = Client().post(reverse("hooks:email"), b"{}", "application/json", headers={"X-Signature": header})

    assert told.status_code == 403


def test_a_signature_is_about_this_body_and_this_address(sent: Message) -> None:
    path = reverse("hooks:sms_status", args=[sent.pk])
    fields = {"MessageSid": "SM1", "MessageStatus": "failed"}
    of_other = signatures.of_form(token=TOKEN, url=SITE + "/hooks/sms/in/", fields=fields.items())
    told = Client().post(path, fields_as_form(fields), FORM, headers={"X-Twilio-Signature": of_other})

    assert told.status_code == 403


@pytest.mark.parametrize(("minutes", "status"), [(-6, 403), (-4, 200), (4, 200), (6, 403)])
def test_a_signed_body_is_good_for_five_minutes(minutes: int, status: int, sent: Message) -> None:
    at = DAY + timedelta(minutes=minutes)

    assert mail({"events": [event(sent.pk, "delivered")]}, at=at).status_code == status


def test_a_report_that_comes_again_is_harmless(sent: Message, patient: Patient) -> None:
    for _ in range(3):
        assert mail({"events": [event(sent.pk, "bounced")]}).status_code == 200
        assert sms(sent.pk).status_code == 200

    assert (Report.objects.count(), stops(patient)) == (2, [("email", "bounced")])
    assert AuditEvent.objects.filter(action="notifications.stop_address").count() == 1


@pytest.mark.parametrize("said", [["delivered", "bounced"], ["bounced", "delivered"]])
def test_reports_in_any_order_come_to_the_same(said: list[str], sent: Message, patient: Patient) -> None:
    for kind in said:
        mail({"events": [event(sent.pk, kind)]})

    sent.refresh_from_db()
    assert (sent.arrival, stops(patient)) == ("bounced", [("email", "bounced")])


def test_what_is_not_about_our_messages_is_ignored(db: None) -> None:
    stranger = uuid.uuid4()

    assert sms(stranger).status_code == 200
    assert mail({"events": [event(stranger, "bounced"), event("<x@y>", "bounced"), {}]}).status_code == 200
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"events": 3}', b'{"events": [3]}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_signed_body_of_another_shape_is_a_400_and_no_error_of_ours(body: bytes, db: None) -> None:
    assert mail(body).status_code == 400


@pytest.mark.parametrize(
    "odd",
    [
        {"id": 3, "message": None, "event": []},
        {"id": "x" * 500, "message": "y", "event": "bounced"},
        {"id": "\x00", "message": "z", "event": "bounced"},
        {"id": "a", "message": {"b": 1}, "event": "unheard of"},
    ],
)
def test_an_odd_event_is_left_out_and_the_others_count(odd: dict[str, object], sent: Message) -> None:
    odd |= {"message": str(sent.pk)} if odd["message"] in ("y", "z") else {}

    assert mail({"events": [odd, event(sent.pk, "delivered")]}).status_code == 200
    sent.refresh_from_db()
    assert (sent.arrival, Report.objects.count()) == ("delivered", 1)


def test_a_large_body_is_not_read(db: None) -> None:
    assert mail(b"x" * 300_000).status_code == 413
    assert Client().post(reverse("hooks:email"), {"a": "multipart"}).status_code == 415


@pytest.mark.parametrize("name", ["hooks:sms_in", "hooks:email"])
def test_only_a_post_is_answered_and_a_browser_needs_no_cookie(name: str, db: None) -> None:
    assert Client().get(reverse(name)).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse(name), b"", "application/json").status_code == 403


def test_the_id_of_an_email_may_be_its_whole_message_id(sent: Message) -> None:
    mail({"events": [event(f"<{sent.pk}@larkfield.example>", "delivered")]})

    sent.refresh_from_db()
    assert sent.arrival == "delivered"


@pytest.mark.parametrize(
    ("told", "because"), [({"event": "bounced"}, "bounced"), ({"event": "complained"}, "complained")]
)
def test_a_hard_bounce_or_a_complaint_closes_the_address(
    told: dict[str, str], because: str, sent: Message, patient: Patient, queued: Queue
) -> None:
    mail({"events": [event(sent.pk, told["event"])]})

    following = queued(key="test:2")
    delivery.deliver(following.pk, now=DAY, by=BY)
    following.refresh_from_db()
    assert stops(patient) == [("email", because)]
    assert (following.state, following.reason) == ("failed", "their address for email is closed: call them")


def test_a_soft_bounce_closes_nothing_and_is_seen(sent: Message, patient: Patient) -> None:
    mail({"events": [event(sent.pk, "bounced", permanent=False, code="4.2.2")]})

    sent.refresh_from_db()
    assert (sent.arrival, stops(patient)) == ("undelivered", [])
    assert Report.objects.get().code == "4.2.2"


@pytest.mark.parametrize(("code", "closes"), [("30006", True), ("21614", True), ("30003", False), ("", False)])
def test_a_text_that_failed_closes_the_number_only_when_it_never_works(
    code: str, closes: bool, sent: Message, patient: Patient
) -> None:
    Message.objects.filter(pk=sent.pk).update(channel="sms", sent_to=patient.phone_index)

    sms(sent.pk, MessageStatus="undelivered", ErrorCode=code)

    sent.refresh_from_db()
    assert stops(patient) == ([("sms", "bounced")] if closes else [])
    assert sent.arrival == ("bounced" if closes else "undelivered")


def test_another_address_is_written_to_again(sent: Message, patient: Patient) -> None:
    mail({"events": [event(sent.pk, "bounced")]})
    assert stopping.is_stopped(patient, "email")

    describe(patient=patient, told={"email": "new@mail.example"}, by=BY)

    assert not stopping.is_stopped(patient, "email")


def test_a_late_bounce_of_the_old_address_leaves_the_new_one_open(sent: Message, patient: Patient) -> None:
    describe(patient=patient, told={"email": "new@mail.example"}, by=BY)

    mail({"events": [event(sent.pk, "bounced")]})

    assert stops(patient) == [("email", "bounced")]
    assert not stopping.is_stopped(patient, "email")


@pytest.mark.parametrize("state", ["due", "claimed", "failed"])
def test_what_the_provider_has_is_sent_even_if_our_post_got_no_answer(state: str, queued: Queue) -> None:
    message = queued()
    claimed = {"claimed_at": DAY} if state == "claimed" else {}
    Message.objects.filter(pk=message.pk).update(state=state, **claimed)

    sms(message.pk, MessageStatus="queued")

    message.refresh_from_db()
    assert (message.state, message.sent_at, message.arrival) == ("sent", DAY, "")
    assert delivery.deliver(message.pk, now=DAY + timedelta(hours=1), by=BY) is None


def test_a_status_nobody_knows_is_ignored(sent: Message) -> None:
    assert sms(sent.pk, MessageStatus="teleported").status_code == 200
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    ("length", "status"),
    [("x", 400), ("-1", 400), ("1.5", 400), ("0x10", 400), ("\u0661", 400), (" 5", 400), ("9" * 5_000, 413)],
)
@pytest.mark.parametrize("name", ["sms_status", "sms_in", "email"])
def test_a_length_that_is_no_number_is_refused_and_breaks_nothing(
    name: str, length: str, status: int, db: None
) -> None:
    path = reverse(f"hooks:{name}", args=[uuid.uuid4()] if name == "sms_status" else [])

    assert Client().post(path, b"{}", "application/json", CONTENT_LENGTH=length).status_code == status
