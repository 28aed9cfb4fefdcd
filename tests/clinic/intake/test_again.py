"""The whole form again: by its link, only when it was asked for, and with every consent asked anew."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from clinic.audit.actors import patient as patient_actor
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.intake import actions, draft_actions, renewal_actions, send_actions
from clinic.intake.models import Intake, Renewal, ScreeningRecord
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients.models import Consent, PatientLink
from clinic.reviews.standing import booking_standing
from tests.clinic.intake.conftest import NOW, PROTOCOL, SIGN, answers_of, by_of, consents, page_of

LATER = NOW + timedelta(days=365)
HOUR = timedelta(hours=1)
BIRTH = {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"}


@pytest.fixture(autouse=True)
def a_year_later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def asked(fill: Any, submit: Any) -> Intake:
    """A form that was sent a year ago, whose patient was asked for a new one today."""
    intake = fill(phone="+1 555 010 0199")
    told = {"legal_name": "Maya Canary Thompson", "phone": "+1 555 010 0199", "country": "US", "region": "US-CA"}
    for field, value in {**told, "safe_contact": "yes"}.items():
        setattr(intake.patient, field, value)
    intake.patient.save()
    submit(intake)
    renewal_actions.ask_again(patient=intake.patient, asked_for=uuid4(), by=system("test"), now=LATER)
    return Intake.objects.get(pk=intake.pk)


def link_of(intake: Intake) -> str:
    """The path of the private link of the message."""
    message = Message(key="test", template="yearly-form", patient=intake.patient, channel="email")
    return re.search(r"https?://[^/]+(\S+)", words_for(message, by=system("test"), now=LATER).text)[1]


def begun(intake: Intake) -> Intake:
    """The new form."""
    by = patient_actor(intake.patient_id)
    return renewal_actions.begin_again(patient=intake.patient, by=by, now=LATER)


def sent(form: Intake, case: str = "V000", **others: Any) -> ScreeningRecord:
    """The new form filled in as a worked case, signed and sent an hour later."""
    form.answers = answers_of(case, **others)
    form.visited = [page.id for page in PROTOCOL.pages.values() if page.kind != "sign"]
    form.save()
    told = {"key": form.submit_key, "name": "Maya Thompson", "page": SIGN, "by": by_of(form), "now": LATER + HOUR}
    return send_actions.submit(intake=form, consents=consents(form.answers), **told)


def test_the_link_opens_a_whole_new_form_and_looking_changes_nothing(asked: Intake) -> None:
    link, browser = link_of(asked), Client()
    before = list(PatientLink.objects.values()), Intake.objects.count()
    assert browser.get(link).status_code == 200
    assert (list(PatientLink.objects.values()), Intake.objects.count()) == before

    page = browser.post(link, BIRTH, follow=True)
    assert page.redirect_chain[-1][0] == "/intake/again/"
    assert Intake.objects.count() == 1
    browser.post("/intake/again/")

    form = asked.patient.intakes.get(state="draft")
    assert (form.visited, form.medicines, form.protocol) == ([], [], "2026-11")
    told = browser.get("/intake/")
    assert "You have done 0 of" in told.content.decode()


def test_only_who_they_are_and_where_they_live_is_filled_in(asked: Intake) -> None:
    form = begun(asked)

    assert form.answers == {
        "legal_name": "Maya Canary Thompson",
        "dob": "1991-01-01",
        "email": "maya@example.org",
        "phone": "+1 555 010 0199",
        "country": "US",
        "region": "US-CA",
    }


def test_a_name_that_was_filled_in_does_not_keep_safety_words_waiting(asked: Intake) -> None:
    form = begun(asked)

    told = {"location_now": "nowhere, I want to die"}
    saved = actions.save_page(intake=form, page=page_of("location_now"), answers=told, by=by_of(form), now=LATER)

    assert saved.help_now
    assert saved.intake.urgent_rules == ["R021"]


def test_the_link_opens_the_form_that_was_begun_until_it_expires(asked: Intake) -> None:
    link = link_of(asked)
    Client().post(link, BIRTH)
    form = begun(asked)

    page = Client().post(link, BIRTH, follow=True)

    assert [each[0] for each in page.redirect_chain] == ["/intake/again/", "/intake/"]
    assert asked.patient.intakes.get(state="draft") == form


def test_beginning_twice_is_beginning_once(asked: Intake) -> None:
    assert begun(asked) == begun(asked)

    assert AuditEvent.objects.filter(action="intake.begin_again").count() == 1


def test_nobody_begins_a_form_that_was_not_asked_for(asked: Intake, let_in: Any) -> None:
    Renewal.objects.all().delete()

    with pytest.raises(renewal_actions.NotAsked):
        begun(asked)

    answer = let_in(asked).post("/intake/again/")
    assert (answer.status_code, answer.url) == (302, "/my/")
    assert let_in(asked).get("/intake/again/").url == "/my/"
    assert Intake.objects.count() == 1


def test_one_follow_up_asks_once(asked: Intake) -> None:
    again = Renewal.objects.get()
    renewal_actions.ask_again(patient=asked.patient, asked_for=again.asked_for, by=system("test"), now=LATER)

    assert Renewal.objects.count() == 1
    assert AuditEvent.objects.filter(action="intake.ask_again").count() == 1


def test_every_consent_is_asked_anew_and_a_no_now_counts(asked: Intake) -> None:
    before = {each.kind for each in Consent.objects.filter(patient=asked.patient)}
    form = begun(asked)
    assert not set(SIGN.questions) & form.answers.keys()

    record = sent(form, consent_sms=None, consent_prescriber="no")

    of_now = Consent.objects.filter(patient=asked.patient, at=LATER + HOUR)
    assert {each.kind for each in of_now} == before
    assert record.intake_id == form.pk
    assert asked.records.count() == 1


def test_once_it_is_sent_it_is_asked_no_more(asked: Intake, let_in: Any) -> None:
    sent(begun(asked))

    assert let_in(asked).get("/intake/again/").url == "/my/"
    with pytest.raises(renewal_actions.NotAsked):
        begun(asked)


def test_the_answers_of_now_decide_whether_they_may_book(asked: Intake) -> None:
    assert booking_standing(asked.patient, now=LATER).may_book

    sent(begun(asked), "V015")

    assert not booking_standing(asked.patient, now=LATER + HOUR).may_book


def test_while_it_is_filled_in_their_page_still_shows_what_was_sent(asked: Intake, let_in: Any) -> None:
    asked_for = let_in(asked).get("/my/").content.decode()
    assert "It is time for your form for this year." in asked_for
    begun(asked)

    page = let_in(asked).get("/my/")

    assert page.status_code == 200
    assert asked.reference in page.content.decode()
    assert "Your form for this year is not sent yet." in page.content.decode()


def test_a_draft_that_ran_out_can_be_begun_again_and_the_patient_stays(asked: Intake) -> None:
    begun(asked)
    after = LATER + timedelta(days=31)

    assert draft_actions.remove_old(by=system("test"), now=after) == 1

    asked.patient.refresh_from_db()
    assert asked.patient.legal_name == "Maya Canary Thompson"
    by = patient_actor(asked.patient_id)
    assert renewal_actions.begin_again(patient=asked.patient, by=by, now=after).state == "draft"


def test_a_flag_on_the_form_that_was_sent_opens_their_help_page_also_while_the_new_one_is_begun(
    asked: Intake, let_in: Any
) -> None:
    begun(asked)
    Intake.objects.filter(pk=asked.pk).update(safety_raised_at=LATER, safety_priority="P1")

    page = let_in(asked).get("/intake/help/")

    assert page.status_code == 200
