"""Words: neutral, without holes, and with a private link that nobody else can make."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

from clinic.audit.models import AuditEvent
from clinic.notifications import words
from clinic.notifications.channels import email
from clinic.notifications.channels.outgoing import Outgoing
from clinic.notifications.models import Message
from clinic.patients.actions import describe
from clinic.patients.models import Patient, PatientLink
from screening.loader import published

from .conftest import BY, DAY

FOLDER = settings.BASE_DIR / "templates" / "messages"
TEXTS = sorted(file.stem for file in FOLDER.glob("*.text") if not file.name.startswith("_"))
SHORT_TEXTS = sorted(file.stem for file in FOLDER.glob("*.sms"))
ABOUT = {
    "when": "Thursday, December 3 at 2:20 pm Pacific Time",
    "until": "Thursday, December 3 at 4:20 pm Pacific Time",
    "because": "Waiting since Monday, November 23, the only person this time fits.",
    "reference": "LK-7KQ2M9T",
    "priority": "P0",
    **{"count": "3", "forms": "forms", "tasks": "tasks"},
}
PAGES = {"urgent-page", "urgent-page-again", "urgent-page-unanswered"}
TO_STAFF = PAGES | {
    "staff-invited",
    "staff-sign-in-reset",
    "late-review",
    "late-tasks",
    "glass-broken",
    "second-signature-declined",
}
CONDITIONS = """
    depression depressed depressive anxiety anxious ptsd trauma pain bipolar psychosis psychotic suicide suicidal
    self-harm mood disorder symptom symptoms diagnosis addiction substance pregnancy pregnant bladder heart
"""
KIND_OF_CLINIC = """
    ketamine esketamine spravato psilocybin lsd mdma psychedelic psychedelics microdosing microdose infusion nasal
    clinic clinician clinical doctor nurse therapist therapy psychiatric psychiatry psychiatrist mental health medical
    medicine medicines medication drug drugs dose treatment treatments patient patients screening intake crisis
"""


def told(template: str, patient: Patient, **changes: object) -> words.Words:
    """What a template says about this patient; a page to the staff knows whom it is about too."""
    given: dict[str, object] = {"template": template, "patient": patient, "channel": "email", "about": dict(ABOUT)}
    if template in TO_STAFF:
        given |= {"to_role": "on_call", "channel": "pager"}
    return words.words_for(Message(key=f"test:{template}", **(given | changes)), by=BY, now=DAY)


@pytest.fixture(scope="module")
def forbidden() -> re.Pattern[str]:
    """Every name of every assessed medicine, and words for conditions and for the kind of clinic."""
    names = set(CONDITIONS.split()) | set(KIND_OF_CLINIC.split())
    for medicine in published(settings.PROTOCOL).medications.values():
        names |= {medicine.ingredient, *medicine.brands}
    assert len(names) > 1000
    return re.compile(r"\b(" + "|".join(re.escape(name) for name in names) + r")\b", re.IGNORECASE)


@pytest.mark.parametrize("template", TEXTS)
def test_a_message_names_no_drug_no_condition_and_no_kind_of_clinic(
    template: str, patient: Patient, forbidden: re.Pattern[str]
) -> None:
    said = told(template, patient)

    without_link = re.sub(r"https?://\S+", "", f"{said.subject}\n{said.text}")
    assert forbidden.findall(without_link) == []
    assert 0 < len(said.subject) <= 60


@pytest.mark.parametrize("template", SHORT_TEXTS)
def test_a_text_message_is_as_neutral_and_short(template: str, patient: Patient, forbidden: re.Pattern[str]) -> None:
    said = told(template, patient, channel="sms")

    assert forbidden.findall(re.sub(r"https?://\S+", "", said.text)) == []
    assert said.text.count("\n") == 1
    assert len(said.text) <= 306


@pytest.mark.parametrize("template", TEXTS)
def test_a_message_says_nothing_about_the_person_but_the_first_name(template: str, patient: Patient) -> None:
    said = told(template, patient)

    whole = f"{said.subject}\n{said.text}"
    assert ("Hello Maya," in whole) is (template not in TO_STAFF)
    for private in ("Rose", "Thompson", "1991", "mail.example", "0199", "US-CA", str(patient.pk)):
        assert private not in whole


@pytest.mark.parametrize("template", sorted(PAGES))
def test_a_page_says_only_a_reference_and_where_to_sign_in(template: str, patient: Patient) -> None:
    said = told(template, patient)

    assert "LK-7KQ2M9T" in said.text
    assert f"{settings.SITE_URL}/staff/" in said.text
    assert "Maya" not in said.text
    assert PatientLink.objects.count() == 0


def test_the_sender_and_the_links_are_neutral(patient: Patient, forbidden: re.Pattern[str]) -> None:
    said = told("intake-received", patient)
    written = email.written(Outgoing(patient.pk, "a@b.example", said.subject, said.text, DAY))

    paths = re.findall(r"https?://[^/\s]+(/\S*)", said.text)
    assert forbidden.findall(str(written["From"])) == []
    assert [forbidden.findall(path) for path in paths] == [[]]


def test_a_link_is_issued_when_the_message_is_worded_and_its_token_is_kept_nowhere(patient: Patient) -> None:
    said = told("please-look", patient)

    token = re.findall(r"/([A-Za-z0-9_-]{32})/", said.text)[0]
    link = PatientLink.objects.get()
    assert link.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert link.purpose == PatientLink.Purpose.STATUS
    assert AuditEvent.objects.filter(action="patients.issue_link", actor=BY.ref).count() == 1
    assert token not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("template", sorted(words.TO_THE_FORM))
def test_a_message_about_the_form_leads_into_the_form(template: str, patient: Patient) -> None:
    said = told(template, patient)

    assert f"{settings.SITE_URL}/resume/" in said.text
    assert PatientLink.objects.get().purpose == PatientLink.Purpose.RESUME


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_link_lets_them_in_as_long_as_the_address_it_went_to_is_theirs(channel: str, patient: Patient) -> None:
    by, told_before = BY, {"email": "maya@mail.example", "phone": "(555) 010-0199"}
    describe(patient=patient, told=told_before, by=by)
    told("short-questions", patient, channel=channel)
    changed, other = ("email", "phone") if channel == "email" else ("phone", "email")

    describe(patient=patient, told={other: "555 010 0177" if other == "phone" else "may@mail.example"}, by=by)
    assert PatientLink.objects.get().went_to_them
    describe(patient=patient, told={changed: "555 010 0188" if changed == "phone" else "m@mail.example"}, by=by)
    assert not PatientLink.objects.get().went_to_them


def test_it_says_until_when_the_link_works_where_the_patient_is(patient: Patient) -> None:
    patient.time_zone = "Pacific/Auckland"

    assert "until January 2." in told("please-look", patient).text


def test_a_word_that_is_not_known_stops_the_message(patient: Patient) -> None:
    with pytest.raises(words.WordMissing, match="when"):
        told("reminder-1-day", patient, about={})


@pytest.mark.parametrize("breaking", ["a\r\nBcc: all@evil.example", "a\nb", "a\x00b", "a\u2028b"])
def test_a_line_break_in_a_subject_stops_the_message(
    breaking: str, patient: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "odd.text").write_text("Hello")
    (tmp_path / "odd.subject").write_text("About {{ when }} and so on")
    monkeypatch.setattr(words, "_templates", lambda: words.Engine(dirs=[tmp_path]))

    with pytest.raises(words.LineBreakInSubject):
        told("odd", patient, about={"when": breaking})


@pytest.mark.parametrize(
    ("preferred", "legal", "first"),
    [
        (None, "Maya Rose Thompson", "Maya"),
        ("", "Maya Rose Thompson", "Maya"),
        ("Jean-Luc", "J. Picard", "Jean-Luc"),
        ("D'Arcy", None, "D'Arcy"),
        ("Zoë", None, "Zoë"),
        ("李明", None, "李明"),
        ("http://evil.example/win", None, ""),
        ("evil.example", None, ""),
        ("प्रिया", None, "प्रिया"),
        ("Maya\r\nBcc:", None, "Maya"),
        ("<b>Maya</b>", None, ""),
        ("x" * 41, None, ""),
        (None, None, ""),
    ],
)
def test_only_a_first_name_that_looks_like_one_is_used(preferred: str, legal: str, first: str) -> None:
    assert words.first_name(Patient(preferred_name=preferred, legal_name=legal)) == first


@pytest.mark.parametrize(
    ("country", "line"),
    [
        ("", "Need to talk now? Call 988. Text 988. In danger? Call 911."),
        ("US", "Need to talk now? Call 988. Text 988. In danger? Call 911."),
        ("GB", "Need to talk now? Call 116 123. Text SHOUT to 85258. In danger? Call 999."),
        ("DE", "Need to talk now? Call 0800 111 0 111. In danger? Call 112."),
        ("JP", "Need to talk now? Call your local emergency number."),
    ],
)
def test_the_help_line_is_the_one_where_they_are(country: str, line: str) -> None:
    assert words.help_line(Patient(country=country)) == line
