"""Before they are signed: the words of each decision as the patient gets them, what was put in marked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.patients.actions import agree
from clinic.patients.session import PATIENT, SEEN
from clinic.reviews.models import Decision, Route
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW

pytestmark = pytest.mark.django_db
OWN = "Call us on Friday & bring <your> letter."


@pytest.fixture
def stopped() -> ScreeningRecord:
    return records.sealed(records.STOP | {"med_none": "takes"}, [records.medicine("sertraline")])


def page_of(record: ScreeningRecord, name: str) -> str:
    return reverse(f"staff:{name}", args=[record.intake.reference])


def keep(browser: Client, record: ScreeningRecord, **told: Any) -> Any:
    told = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal, "words_to_patient": OWN, **told}
    return browser.post(page_of(record, "keep_draft"), told)


def read(html: str) -> list[str]:
    """The sentences of some HTML, one for each part of it."""
    inside = re.split(r"</?(?:h\d|p|li|dt|dd|div|summary|details|button|form)\b[^>]*>", html)
    return [words for part in inside if (words := " ".join(strip_tags(part).split()))]


def test_preview_keeps_what_was_written_and_shows_it_with_the_choice_first(
    browser: Client, stopped: ScreeningRecord
) -> None:
    answer = keep(browser, stopped, route="not_suitable_now", preview="on")

    assert answer.url == page_of(stopped, "preview")
    page = browser.get(answer.url).content.decode()
    assert re.findall(r"<h2>([^<]+)", page)[0].strip() == Route.NOT_SUITABLE_NOW.label
    assert "<mark>Call us on Friday &amp; bring &lt;your&gt; letter.</mark>" in page
    assert not Decision.objects.exists()


def test_what_is_put_in_is_marked_in_the_message_and_on_the_page(browser: Client, stopped: ScreeningRecord) -> None:
    page = browser.get(page_of(stopped, "preview")).content.decode()

    assert "Hello <mark>Maya</mark>," in page
    assert "<mark>Dr. Ama Osei</mark> read your answers" in page
    assert re.findall(r"Reading grade (\d+\.\d)", page)


@pytest.mark.parametrize("route", [route for route in Route if route != Route.URGENT_CONTACT_MADE])
def test_the_patient_reads_exactly_what_was_previewed(
    browser: Client, osei: User, stopped: ScreeningRecord, route: Route, time_machine: Any
) -> None:
    told = {"wording": "", "wording_version": "", "now": NOW, "by": osei.actor}
    agree(patient=stopped.intake.patient, kind="consent_prescriber", given=True, **told)
    keep(browser, stopped, route=route.value)
    shown = browser.get(page_of(stopped, "preview")).content.decode().split('class="mail theirs">')[1]
    records.decide(stopped, osei, route.value, words_to_patient=OWN)
    time_machine.move_to(NOW + timedelta(minutes=30), tick=False)
    patient = Client()
    session = patient.session
    session[PATIENT], session[SEEN] = str(stopped.intake.patient_id), int((NOW + timedelta(minutes=29)).timestamp())
    session.save()

    theirs = read(patient.get("/my/").content.decode())

    previewed = read(shown.split("</section>")[0])
    assert len(previewed) > 4
    assert [words for words in previewed if words not in theirs] == []


def test_nothing_on_the_preview_can_be_pressed_for_the_patient(browser: Client, stopped: ScreeningRecord) -> None:
    page = browser.get(page_of(stopped, "preview")).content.decode()

    for theirs in page.split('class="mail theirs">')[1:]:
        assert not re.search(r"<(button|form|input)|href=", theirs.split("</section>")[0])


def test_the_letter_marks_what_was_put_in_and_says_how_it_reads(
    browser: Client, osei: User, stopped: ScreeningRecord
) -> None:
    told = {"wording": "", "wording_version": "", "now": NOW, "by": osei.actor}
    agree(patient=stopped.intake.patient, kind="consent_prescriber", given=True, **told)
    browser.post(page_of(stopped, "letter"))

    page = browser.get(page_of(stopped, "letter")).content.decode()

    assert "About <mark>Maya R. Thompson</mark>, born <mark>1992-03-03</mark>" in page
    assert re.search(r"Reading grade \d+\.\d.*\d+ of 6000 characters", page)


def test_the_decision_panel_names_the_message_of_each_choice_and_how_it_reads(
    browser: Client, stopped: ScreeningRecord
) -> None:
    page = browser.get(page_of(stopped, "review")).content.decode()

    named = dict(re.findall(r'data-route="(\w+)">.*?(?:Message: (“[^”]+”, reading grade \d+\.\d)\.)?</span>', page))
    assert named["not_suitable_now"].startswith("“We have read your form”, reading grade ")
    assert [route for route, message in named.items() if not message] == ["urgent_contact_made"]
