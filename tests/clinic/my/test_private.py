"""Nobody sees what is not theirs, looking changes nothing, and a page that nobody watches closes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake
from clinic.notifications.actions import queue
from clinic.notifications.delivery import deliver
from clinic.notifications.models import Message
from clinic.patients.models import Consent, PatientLink, Wish
from tests.clinic.my.conftest import words
from tests.house.test_site import urls

pytestmark = pytest.mark.django_db
BY = system("test")
NOT_HERE = "/my/appointment/"
"""Addresses of booking, which has its own tests."""
LOOKED_AT = {"audit.AuditEvent", "audit.UnsealedLine", "sessions.Session"}
"""Looking is written down, and so is that somebody is there; nothing else may change."""


def letter_to(intake: Intake, key: str = "1") -> Message:
    now = timezone.now()
    about = {"when": "Thursday, December 3 at 2:20 pm Pacific Time"}
    message = queue(
        key=key,
        template="appointment-booked",
        patient=intake.patient,
        about=about,
        by=BY,
        now=now,
        keeps_quiet_hours=False,
    )
    assert deliver(message.pk, now=now, by=BY) == "sent"
    return Message.objects.get(pk=message.pk)


def addresses(intake: Intake) -> list[str]:
    """Every page of the patient, each with something of theirs in it."""
    consent = Consent.objects.filter(patient=intake.patient, kind="consent_sms").earliest("at")
    theirs = {"message_id": letter_to(intake, "all").pk, "consent_id": consent.pk}
    found = []
    for name, pattern, _ in urls():
        if name.startswith("my:"):
            found.append(reverse(name, kwargs={key: value for key, value in theirs.items() if key in pattern}))
    return found


def everything() -> dict[str, list[Any]]:
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in LOOKED_AT
    }


@pytest.fixture
def mail(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_DIR = tmp_path


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize("verb", ["get", "head"])
def test_looking_changes_nothing_on_any_page(sent: Any, verb: str) -> None:
    browser, intake, _ = sent("V343")
    pages = addresses(intake)
    before = everything()
    statuses = {path: getattr(browser, verb)(path).status_code for path in pages}

    assert set(statuses.values()) == {200, 405}, statuses
    assert [path for path, status in statuses.items() if status == 405] == ["/my/ask/"]
    assert everything() == before


@pytest.mark.usefixtures("mail")
def test_no_page_is_kept_by_a_browser_or_a_proxy(sent: Any) -> None:
    browser, intake, _ = sent("V343")

    assert {browser.get(path).headers["Cache-Control"] for path in addresses(intake)} == {"no-store"}


@pytest.mark.usefixtures("mail")
def test_a_message_can_be_read_again_without_its_link_and_the_look_is_written_down(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    message = letter_to(intake)
    listed = browser.get("/my/").content.decode()
    links = PatientLink.objects.count()
    response = browser.get(f"/my/messages/{message.pk}/")

    assert f'href="/my/messages/{message.pk}/"' in listed
    assert "Your appointment is booked for Thursday, December 3 at 2:20 pm Pacific Time." in words(response)
    assert "(your private link was here)" in words(response)
    assert PatientLink.objects.count() == links
    assert AuditEvent.objects.filter(action="my.see", subject=f"message:{message.pk}").count() == 1


@pytest.mark.usefixtures("mail")
def test_a_copy_of_their_data_holds_the_words_of_our_messages_and_no_link(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    letter_to(intake)
    links = PatientLink.objects.count()

    (told,) = browser.get("/my/data/file/").json()["messages"]
    page = words(browser.get("/my/data/read/"))

    for copy in (told["text"], page):
        assert "Your appointment is booked for Thursday, December 3 at 2:20 pm Pacific Time." in copy
        assert "(your private link was here)" in copy
    assert PatientLink.objects.count() == links


@pytest.mark.usefixtures("mail")
def test_the_message_of_somebody_else_is_not_there_and_the_try_is_written_down(
    sent: Any, fill: Callable[..., Intake]
) -> None:
    browser, intake, _ = sent("V000")
    other = fill("V000")
    other.patient.safe_contact = "yes"
    other.patient.save()
    theirs = letter_to(other)
    response = browser.get(f"/my/messages/{theirs.pk}/")
    nothing = browser.get(f"/my/messages/{uuid.uuid4()}/")

    assert (response.status_code, nothing.status_code) == (404, 404)
    assert response.content == nothing.content
    line = AuditEvent.objects.get(action="patients.refused", subject=f"message:{theirs.pk}")
    assert line.patient == str(intake.patient_id)


def test_the_consent_of_somebody_else_is_not_there(sent: Any, fill: Any, submit: Any) -> None:
    browser, *_ = sent("V000")
    other = fill("V000")
    submit(other)
    consent = Consent.objects.filter(patient=other.patient, kind="consent_prescriber").get()
    response = browser.post(f"/my/agreements/{consent.pk}/", {"answer": "no"})

    assert response.status_code == 404
    assert Consent.objects.filter(patient=other.patient, kind="consent_prescriber").count() == 1
    assert AuditEvent.objects.filter(action="patients.refused", subject=f"consent:{consent.pk}").count() == 1


@pytest.mark.usefixtures("mail")
def test_a_message_that_has_not_left_is_not_shown(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    waiting = Message.objects.get(patient=intake.patient, template="intake-received")

    assert browser.get(f"/my/messages/{waiting.pk}/").status_code == 404
    assert "We have not sent you a message yet." in words(browser.get("/my/"))


@pytest.mark.usefixtures("mail")
def test_a_message_whose_words_are_gone_breaks_no_page(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    message = letter_to(intake)
    Message.objects.filter(pk=message.pk).update(template="a-template-of-long-ago")

    assert "A message from us" in words(browser.get("/my/"))
    assert "We cannot show its words here any more." in words(browser.get(f"/my/messages/{message.pk}/"))


@pytest.mark.usefixtures("mail")
def test_after_30_minutes_every_page_asks_for_the_date_of_birth_and_then_leads_back(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    pages = addresses(intake)
    state = browser.session
    state["patient_seen"] = int(time.time()) - 31 * 60
    state.save()
    for path in pages:
        verb = browser.post if path == "/my/ask/" else browser.get
        assert verb(path, {"kind": "call"}).headers["Location"] == "/intake/idle/"
    back = browser.post("/intake/idle/", {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"})

    assert back.headers["Location"] == "/my/"
    assert not Wish.objects.exists()


@pytest.mark.usefixtures("mail")
def test_somebody_signed_out_sees_nothing(sent: Any) -> None:
    _, intake, _ = sent("V000")
    stranger = Client()
    for path in addresses(intake):
        verb = stranger.post if path == "/my/ask/" else stranger.get
        assert verb(path, {"kind": "call"}).headers["Location"] == "/resume/"


@pytest.mark.usefixtures("mail")
def test_the_link_of_a_message_leads_to_the_status_page(sent: Any, settings: Any) -> None:
    _, intake, _ = sent("V000")
    intake.patient.born_on = "1991-01-01"
    intake.patient.save()
    letter_to(intake)
    text = next(settings.MAIL_DIR.glob("*.eml")).read_text()
    token = text.split("/come-back/")[1].split("/")[0].replace("=\n", "")
    browser = Client()
    birthday = {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"}

    assert browser.get(f"/come-back/{token}/").status_code == 200
    assert browser.post(f"/come-back/{token}/", birthday).headers["Location"] == "/my/"
    assert browser.get("/my/").status_code == 200
