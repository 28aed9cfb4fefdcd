"""A second language: a setting and files, no code; it is remembered with the patient, and the staff see which it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client, override_settings
from django.utils import translation

from clinic.audit.actors import VISITOR
from clinic.audit.models import AuditEvent
from clinic.booking import desk
from clinic.intake import checks, consent_words
from clinic.pages import articles
from clinic.patients import actions, languages
from clinic.patients.models import Patient, PatientLink
from tests.translated import compiled
from tests.ux.visitor import NOW

pytestmark = pytest.mark.django_db
GERMAN = {"Back": "Zurück", "Choose a language": "Wählen Sie eine Sprache", "Privacy": "Datenschutz"}


@pytest.fixture(autouse=True)
def german(tmp_path: Path) -> Iterator[Path]:
    """What adding a language takes: a folder with a catalogue, and its name in the settings."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(GERMAN))
    with override_settings(LANGUAGES=[("en-us", "English"), ("de", "Deutsch")], LOCALE_PATHS=[tmp_path]):
        yield tmp_path


@pytest.fixture
def patient() -> Patient:
    """Somebody who began in English."""
    known = {"born_on": "1991-05-02", "email": "maya@example.org", "preferred_name": "Maya"}
    return Patient.objects.create(**known, email_index="e" * 64, created_at=NOW)


@pytest.fixture
def browser(patient: Patient) -> Client:
    """Their browser."""
    client = Client()
    session = client.session
    session["patient"], session["patient_seen"] = str(patient.pk), int(time.time())
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def text(response: Any) -> str:
    return response.content.decode()


def test_a_setting_and_a_catalogue_are_all_that_a_language_needs(client: Client) -> None:
    client.post("/language/", {"language": "de", "next": "/privacy/"})
    page = text(client.get("/privacy/"))

    assert '<html lang="de">' in page
    assert "<h1>Datenschutz</h1>" in page
    assert "When you only read" in page, "what the catalogue lacks is in English"


def test_the_browser_of_somebody_who_asks_for_it_gets_it_at_once(client: Client) -> None:
    page = client.get("/privacy/", headers={"Accept-Language": "de-AT,de;q=0.9"})

    assert "Datenschutz" in text(page)
    assert {"Accept-Language", "Cookie"} <= {each.strip() for each in page.headers["Vary"].split(",")}


def test_choosing_is_kept_with_the_patient_and_on_the_record(browser: Client, patient: Patient) -> None:
    browser.post("/language/", {"language": "de", "next": "/my/"})

    patient.refresh_from_db()
    assert patient.language == "de"
    line = AuditEvent.objects.get(action="patients.describe")
    assert (line.actor, line.detail) == (f"patient:{patient.pk}", {"fields": ["language"]})


@pytest.mark.parametrize("code", ["xx", "", "de" * 30, "'; DROP TABLE"])
def test_what_is_no_language_of_the_clinic_is_not_kept(browser: Client, patient: Patient, code: str) -> None:
    browser.post("/language/", {"language": code, "next": "/my/"})

    patient.refresh_from_db()
    assert patient.language == "en-us"


def test_a_browser_left_alone_for_too_long_changes_nothing(browser: Client, patient: Patient) -> None:
    session = browser.session
    session["patient_seen"] = int(time.time()) - 31 * 60
    session.save()
    browser.post("/language/", {"language": "de", "next": "/"})

    patient.refresh_from_db()
    assert patient.language == "en-us"


def test_who_begins_on_a_page_in_german_is_written_to_in_german() -> None:
    with translation.override("de"):
        assert actions.begin(by=VISITOR, now=NOW).language == "de"


def test_coming_back_by_a_link_brings_the_language_along(client: Client, patient: Patient) -> None:
    Patient.objects.update(language="de")
    purpose = PatientLink.Purpose.RESUME
    token = actions.issue_link(patient=patient, purpose=purpose, by=VISITOR, now=NOW)
    PatientLink.objects.update(expires_at="2100-01-01T00:00Z")
    born = {"born_on_month": "5", "born_on_day": "2", "born_on_year": "1991"}
    answer = client.post(f"/resume/{token}/", born)

    assert answer.status_code == 302
    assert client.cookies["django_language"].value == "de"
    assert '<html lang="de">' in text(client.get("/privacy/"))


def test_the_staff_read_english_whatever_their_browser_asks_for(client: Client) -> None:
    page = client.get("/staff/sign-in/", headers={"Accept-Language": "de"}, follow=True)

    assert '<html lang="en">' in text(page)
    assert page.headers["Content-Language"] == "en-us"


def test_the_staff_see_which_language_somebody_reads(patient: Patient) -> None:
    patient.language = "de"

    assert desk.caller(patient, now=NOW).reads == "Deutsch"
    with override_settings(LANGUAGES=[("en-us", "English")]):
        assert languages.name_of(patient) == ""


def test_a_page_from_right_to_left_says_so(client: Client) -> None:
    with override_settings(LANGUAGES=[("en-us", "English"), ("ar", "العربية")]):
        page = text(client.get("/privacy/", headers={"Accept-Language": "ar"}))

    assert '<html lang="ar" dir="rtl">' in page
    assert " dir=" not in text(client.get("/privacy/"))


def test_what_patients_would_read_in_english_is_named(german: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [str(each.msg) for each in run_checks() if each.id == "intake.W001"]
    assert [line.partition(",")[0] for line in said] == [
        "de: the protocol 2026-11 has no words/de.toml",
        "de: the short checks have no words in de",
        "de: there is no consent_texts.de.toml",
    ]

    (german / "de" / "LC_MESSAGES" / "django.mo").unlink()
    assert len(checks.languages_have_words(None)) == 4


def test_consents_and_articles_have_files_by_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place := tmp_path / "texts").mkdir()
    (place / "consent_texts.de.toml").write_text('[consent_sms]\nheading = "SMS"\ntext = []\n')
    (place / "consent_texts.toml").write_text(consent_words.FILE.read_text())
    (place / "de").mkdir()
    (place / "de" / "questions.toml").write_text('[[questions]]\nask = "Warum?"\nanswer = "Darum."\n')
    monkeypatch.setattr(consent_words, "FILE", place / "consent_texts.toml")
    english = articles.file("questions.toml")
    monkeypatch.setattr(articles, "TEXTS", place)

    with translation.override("de"):
        assert consent_words.file_in("de-at").name == "consent_texts.de.toml"
        assert articles.read("questions.toml")["questions"] == [{"ask": "Warum?", "answer": "Darum."}]
        assert articles.file("law.toml") == place / "law.toml"
    assert english.name == "questions.toml"
    assert english.parent.name == "texts"
