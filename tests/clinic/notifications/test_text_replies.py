"""STOP counts at once and for good, START gives back only what STOP took, and everything else is for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.notifications import delivery, signatures
from clinic.notifications.models import StoppedAddress, TextReply
from clinic.patients.actions import agree, describe, has_agreed
from clinic.patients.models import Patient
from tests.translated import CODE, in_brackets

from .conftest import BY, DAY, Queue

TOKEN = "the token of the account"  # noqa: S105 - of no account
SITE = "https://clinic.example"
NUMBER = "+15550100199"
STOPPED = "no more texts from us"


@pytest.fixture(autouse=True)
def provider(settings: Any) -> Any:
    """The account, and a provider that leaves the answers to us."""
    settings.SMS_TOKEN, settings.SITE_URL, settings.SMS_REPLIES = TOKEN, SITE, True
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


@pytest.fixture
def agreed(patient: Patient) -> Patient:
    """Somebody who agreed to texts."""
    describe(patient=patient, told={"phone": "(555) 010-0199"}, by=BY)
    agree(patient=patient, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=DAY)
    return patient


def write(text: str, *, sid: str = "SM1", token: str = TOKEN, number: str = NUMBER, **more: str) -> Any:
    """A text as the provider passes it on."""
    path = reverse("hooks:sms_in")
    fields = {"MessageSid": sid, "From": number, "To": "+15550100000", "Body": text, **more}
    signature = signatures.of_form(token=token, url=SITE + path, fields=fields.items())
    form = "application/x-www-form-urlencoded"
    return Client().post(path, urlencode(fields), form, headers={"X-Twilio-Signature": signature})


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "STOP!", "unsubscribe", "Cancel", "END", "quit", "StopAll", "revoke", "opt out"],
)
def test_a_stop_word_withdraws_the_consent_at_once(text: str, agreed: Patient, queued: Queue, provider: Any) -> None:
    provider.shift(1)
    answer = write(text)

    assert (answer.status_code, STOPPED in answer.content.decode()) == (200, True)
    assert has_agreed(agreed, "consent_sms") is False
    line = AuditEvent.objects.get(action="patients.withdraw")
    assert (line.actor, line.detail) == (f"patient:{agreed.pk}", {"kind": "consent_sms"})
    message = queued(channel="sms", template="reminder-2-hours", about={"when": "today"})
    delivery.deliver(message.pk, now=DAY, by=BY)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "no consent for text messages")
    assert TextReply.objects.get().needs_reading is False


def test_a_stop_word_in_the_same_moment_as_the_yes_wins(agreed: Patient) -> None:
    write("STOP")

    assert has_agreed(agreed, "consent_sms") is False


@pytest.mark.parametrize("sids", [["SM1", "SM1", "SM1"], ["SM1", "SM2", "SM3"]])
def test_one_confirmation_at_most(sids: list[str], agreed: Patient) -> None:
    answers = [write("STOP", sid=sid).content.decode() for sid in sids]

    assert [STOPPED in answer for answer in answers] == [True, False, False]
    assert AuditEvent.objects.filter(action="patients.withdraw").count() == 1


def test_a_provider_that_confirmed_already_is_not_repeated(agreed: Patient) -> None:
    answer = write("STOP", OptOutType="STOP")

    assert b"<Message>" not in answer.content
    assert has_agreed(agreed, "consent_sms") is False


def test_without_the_setting_the_provider_answers_and_we_do_not(agreed: Patient, settings: Any) -> None:
    settings.SMS_REPLIES = False

    assert [b"<Message>" in write(text, sid=text).content for text in ("HELP", "STOP")] == [False, False]
    assert has_agreed(agreed, "consent_sms") is False


def test_a_number_of_two_people_stops_for_both(agreed: Patient) -> None:
    other = Patient.objects.create(country="US", safe_contact="yes")
    describe(patient=other, told={"phone": "+1 555-010-0199"}, by=BY)
    agree(patient=other, kind="consent_sms", given=True, wording="w", wording_version="v", by=BY, now=DAY)

    answer = write("STOP")

    assert [has_agreed(each, "consent_sms") for each in (agreed, other)] == [False, False]
    assert answer.content.decode().count("<Message>") == 1


def test_the_same_digits_in_another_country_are_another_number(agreed: Patient) -> None:
    write("STOP", number="+495550100199")

    assert has_agreed(agreed, "consent_sms") is True


def test_a_forged_stop_is_refused(agreed: Patient) -> None:
    assert write("STOP", token="another").status_code == 403  # noqa: S106 - of no account
    assert has_agreed(agreed, "consent_sms") is True


@pytest.mark.parametrize("text", ["I want to kill myself", "Is this you?", "2", "STOP"])
def test_a_text_from_a_number_they_used_to_have_is_for_a_person_and_changes_nothing(
    text: str, agreed: Patient, queued: Queue, provider: Any
) -> None:
    left = queued(channel="sms", template="reminder-2-hours", about={"when": "today"})
    delivery.deliver(left.pk, now=DAY, by=BY)
    describe(patient=agreed, told={"phone": "(555) 010-0123"}, by=BY)
    provider.shift(timedelta(days=20))

    answer = write(text)

    assert (answer.status_code, "<Message>" in answer.content.decode()) == (200, False)
    reply = TextReply.objects.get()
    assert (reply.patient, reply.text, reply.word, reply.needs_reading) == (agreed, text, "", True)
    assert reply.about == {"number": "earlier"}
    assert has_agreed(agreed, "consent_sms") is True
    assert not StoppedAddress.objects.exists()
    assert write(text).status_code == 200
    assert TextReply.objects.count() == 1


@pytest.mark.parametrize("country", ["FR", "GB", "CA", ""])
def test_a_text_from_a_number_they_had_in_another_country_is_heard(
    country: str, agreed: Patient, queued: Queue
) -> None:
    left = queued(channel="sms", template="reminder-2-hours", about={"when": "today"})
    delivery.deliver(left.pk, now=DAY, by=BY)
    describe(patient=agreed, told={"phone": "+33123456789", "country": country}, by=BY)

    write("I want to kill myself")

    assert TextReply.objects.get().patient == agreed


def test_a_text_from_a_number_they_had_long_ago_leaves_nothing_behind(
    agreed: Patient, queued: Queue, provider: Any
) -> None:
    left = queued(channel="sms", template="reminder-2-hours", about={"when": "today"})
    delivery.deliver(left.pk, now=DAY, by=BY)
    describe(patient=agreed, told={"phone": "(555) 010-0123"}, by=BY)
    provider.shift(timedelta(days=91))

    assert write("Is this you?").status_code == 200
    assert not TextReply.objects.exists()


def test_a_number_that_somebody_else_has_now_is_theirs_alone(agreed: Patient, queued: Queue, provider: Any) -> None:
    left = queued(channel="sms", template="reminder-2-hours", about={"when": "today"})
    delivery.deliver(left.pk, now=DAY, by=BY)
    describe(patient=agreed, told={"phone": "(555) 010-0123"}, by=BY)
    other = Patient.objects.create()
    describe(patient=other, told={"phone": NUMBER}, by=BY)

    write("Is this you?")

    assert TextReply.objects.get().patient == other


def test_a_number_nobody_has_leaves_nothing_behind(agreed: Patient) -> None:
    answer = write("STOP", number="+15550100111")

    assert (answer.status_code, b"<Message>" in answer.content, TextReply.objects.count()) == (200, False, 0)


def test_start_gives_back_what_stop_took(agreed: Patient, provider: Any) -> None:
    for sid, text in (("SM1", "STOP"), ("SM2", "START")):
        provider.shift(60)
        answer = write(text, sid=sid)

    assert b"on again" in answer.content
    assert has_agreed(agreed, "consent_sms") is True
    assert StoppedAddress.objects.get().lifted_by == f"patient:{agreed.pk}"


def test_start_gives_no_consent_that_was_never_given(patient: Patient, provider: Any) -> None:
    describe(patient=patient, told={"phone": NUMBER}, by=BY)
    for sid, text in (("SM1", "STOP"), ("SM2", "START")):
        provider.shift(60)
        write(text, sid=sid)

    assert has_agreed(patient, "consent_sms") is False


def test_start_does_not_undo_a_no_that_was_said_on_the_page(agreed: Patient, provider: Any) -> None:
    write("STOP")
    for given in (True, False):
        provider.shift(60)
        now = DAY.replace(minute=11 - given)
        agree(patient=agreed, kind="consent_sms", given=given, wording="w", wording_version="v", by=BY, now=now)
    write("START", sid="SM2")

    assert has_agreed(agreed, "consent_sms") is False


def test_start_without_a_stop_changes_nothing(agreed: Patient) -> None:
    assert b"<Message>" not in write("START").content
    assert has_agreed(agreed, "consent_sms") is True


def test_help_says_who_we_are_and_nothing_about_them(agreed: Patient) -> None:
    answer = write("HELP").content.decode()

    assert "Larkfield: we text reminders only. Reply STOP to end them." in answer
    assert "Maya" not in answer


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("Stop texting me", True),
        ("stop it all", True),
        ("Cancel my visit please", False),
        ("I cannot go on", False),
        ("", False),
        ("🙂", False),
        ("end of the week?", False),
    ],
)
def test_what_is_more_than_a_word_is_for_a_person_to_read(text: str, stops: bool, agreed: Patient) -> None:
    answer = write(text)

    reply = TextReply.objects.get()
    assert (answer.status_code, reply.text, reply.needs_reading) == (200, text, True)
    assert has_agreed(agreed, "consent_sms") is not stops


def test_what_they_wrote_is_encrypted_and_in_no_audit_line(agreed: Patient) -> None:
    from django.db import connection

    write("please call my sister")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM notifications_textreply")
        stored = bytes(cursor.fetchone()[0])
    assert b"sister" not in stored
    assert "sister" not in str(list(AuditEvent.objects.values()))


def test_the_answer_is_in_the_language_of_whoever_wrote(agreed: Patient) -> None:
    with in_brackets():
        agreed.language = CODE
        agreed.save()
        answer = write("HELP")

    assert "⟦: we text reminders only" in answer.content.decode()
