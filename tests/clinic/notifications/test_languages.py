"""Messages in the language of the patient, whoever sends them; the staff are written to in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import translation

from clinic.notifications import words
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from tests.clinic.notifications.conftest import BY, DAY
from tests.clinic.notifications.test_words import ABOUT, SHORT_TEXTS, TEXTS, TO_STAFF, told
from tests.translated import CODE, in_brackets, outside

NOT_WORDS = re.compile(r"https?://[^\s⟦⟧]+|Maya|Larkfield")
IN_BRACKETS = {name: f"⟦{said}⟧" for name, said in ABOUT.items()}


@pytest.fixture(autouse=True)
def english_worker() -> Iterator[None]:
    """A worker that has English active, while the clinic has another language, too."""
    with in_brackets(), translation.override("en-us"):
        yield


@pytest.fixture
def german(patient: Patient) -> Patient:
    """Somebody who reads the other language."""
    patient.language = CODE
    patient.save()
    return patient


@pytest.mark.parametrize("template", sorted(set(TEXTS) - TO_STAFF))
def test_every_word_of_an_email_is_in_the_language_of_the_patient(template: str, german: Patient) -> None:
    said = told(template, german, about=IN_BRACKETS)

    assert list(outside(NOT_WORDS.sub("", f"{said.subject}\n{said.text}"))) == []
    assert f'<html lang="{CODE}">' in said.html


@pytest.mark.parametrize("template", sorted(set(SHORT_TEXTS) - {name for name in SHORT_TEXTS if "reply" in name}))
def test_every_word_of_a_text_is_in_the_language_of_the_patient(template: str, german: Patient) -> None:
    said = told(template, german, channel="sms", about=IN_BRACKETS)

    assert list(outside(NOT_WORDS.sub("", said.text))) == []


@pytest.mark.parametrize("template", sorted(TO_STAFF))
@override_settings(LANGUAGE_CODE="en-us")
def test_the_staff_are_written_to_in_english_about_anybody(template: str, german: Patient) -> None:
    said = told(template, german)

    assert "⟦" not in said.subject + said.text


def test_a_message_is_read_again_in_the_language_it_was_sent_in(german: Patient) -> None:
    message = Message(template="intake-received", patient=german, channel="email", sent_at=DAY)
    with translation.override("en-us"):
        again = words.words_again(message)

    assert again is not None
    assert again.subject == "⟦We have your form⟧"


def test_a_language_that_the_clinic_gave_up_is_no_reason_not_to_write(german: Patient) -> None:
    with override_settings(LANGUAGES=[("en-us", "English")], LANGUAGE_CODE="en-us"):
        message = Message(template="intake-received", patient=german, channel="email")

        assert words.words_for(message, by=BY, now=DAY).subject == "We have your form"


def test_a_language_from_right_to_left_says_so(patient: Patient) -> None:
    patient.language = "ar"
    with override_settings(LANGUAGES=[("en-us", "English"), ("ar", "العربية")], LANGUAGE_CODE="en-us"):
        said = told("intake-received", patient)

    assert '<html lang="ar" dir="rtl">' in said.html
