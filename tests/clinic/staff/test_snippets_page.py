"""Ready sentences on their pages: put in without JavaScript, kept in the draft, signed by nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic import celery
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.patients.actions import agree
from clinic.reviews import snippet_actions
from clinic.reviews.letter_actions import draft_letter
from clinic.reviews.models import Decision, DecisionDraft, Letter, Snippet
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW

pytestmark = pytest.mark.django_db
WORDS = "I read every answer & spoke with them."
PAGE = "/staff/sentences/"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


def snippet(by: User, place: str = "reason", text: str = WORDS) -> Snippet:
    return snippet_actions.write(place=place, text=text, is_shared=False, by=by.actor, now=NOW)


def put_in(browser: Client, record: ScreeningRecord, chosen: str, **told: str) -> object:
    url = reverse("staff:keep_draft", args=[record.intake.reference])
    basis = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    return browser.post(url, {**basis, **told, "insert": chosen})


@pytest.mark.parametrize("place", ["reason", "words_to_patient"])
def test_one_press_puts_it_behind_what_was_written_and_signs_nothing(place: str, browser: Client, osei: User) -> None:
    record, chosen = records.sealed(records.REVIEW), snippet(osei, place)

    response = put_in(browser, record, str(chosen.pk), route="ready_to_book", **{place: "Called today."})

    assert response.status_code == 302  # type: ignore[attr-defined]
    assert response["Location"].endswith(f"#d_{place}")  # type: ignore[index]
    assert DecisionDraft.objects.get().told == {"route": "ready_to_book", place: f"Called today. {WORDS}"}
    page = browser.get(reverse("staff:review", args=[record.intake.reference])).content.decode()
    assert "Called today. I read every answer &amp; spoke with them." in page
    assert f'id="d_{place}"' in page
    assert not Decision.objects.exists()


def test_the_record_says_which_version_was_put_in(browser: Client, osei: User) -> None:
    record, first = records.sealed(records.REVIEW), snippet(osei)
    second = snippet_actions.change(snippet=first, text="I read every answer.", by=osei.actor, now=NOW)

    put_in(browser, record, str(second.pk))

    assert AuditEvent.objects.get(action="reviews.keep_draft").detail == {"snippet": str(first.chain), "version": 2}


@pytest.mark.parametrize("chosen", ["", "nothing", "00000000-0000-0000-0000-000000000000"])
def test_what_is_none_of_theirs_puts_nothing_in(chosen: str, browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    put_in(browser, record, chosen, reason="Called today.")

    assert DecisionDraft.objects.get().told["reason"] == "Called today."


def test_the_sentence_of_a_colleague_is_not_put_in(browser: Client) -> None:
    record, theirs = records.sealed(records.REVIEW), snippet(records.clinician("Dr. Jon Lee"))

    put_in(browser, record, str(theirs.pk), reason="Called today.")

    assert DecisionDraft.objects.get().told["reason"] == "Called today."


def test_without_room_it_is_said_and_nothing_is_lost(browser: Client, osei: User) -> None:
    record, chosen = records.sealed(records.REVIEW), snippet(osei, "words_to_patient")

    response = put_in(browser, record, str(chosen.pk), words_to_patient="x" * 990)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert b"Shorten your words to the patient" in response.content  # type: ignore[attr-defined]
    assert b"x" * 990 in response.content  # type: ignore[attr-defined]


def test_the_enter_key_in_the_decision_still_signs(browser: Client, osei: User) -> None:
    record = records.sealed(records.REVIEW)
    snippet(osei)
    page = browser.get(reverse("staff:review", args=[record.intake.reference])).content.decode()

    of_the_form = re.findall(r"<button[^>]*>", page[page.index('<form id="decide"') :])
    assert 'name="insert"' not in of_the_form[0]
    assert "formaction" not in of_the_form[0]


def test_in_a_letter_it_is_put_in_and_kept_with_its_version(browser: Client, osei: User) -> None:
    record = records.sealed({"med_none": "takes", "has_prescriber": "Dr. Lee"})
    told = {"wording": "", "wording_version": "", "now": NOW}
    agree(patient=record.intake.patient, kind="consent_prescriber", given=True, by=osei.actor, **told)
    letter = draft_letter(record=record, by=osei.actor, now=NOW)
    chosen = snippet(osei, "letter", "Their next visit is soon.")

    url = reverse("staff:letter", args=[record.intake.reference])
    browser.post(url, {"to": "Dr. Lee", "text": letter.body, "insert": str(chosen.pk)})

    body = Letter.objects.get().body
    assert body.index("consent to this letter") < body.index("Their next visit is soon.") < body.index("With thanks,")
    assert AuditEvent.objects.get(action="reviews.change_letter").detail["version"] == 1


def test_one_is_written_changed_and_taken_away_on_the_page(browser: Client) -> None:
    browser.post(PAGE, {"place": "reason", "text": WORDS})
    first = Snippet.objects.get()
    browser.post(f"{PAGE}{first.pk}/", {"text": "I read every answer."})
    page = browser.get(PAGE).content.decode()

    assert "<p>I read every answer.</p>" in page
    assert "<s>I read every answer &amp; spoke with them.</s>" in page
    second = Snippet.objects.get(version=2)
    assert browser.post(f"{PAGE}{first.pk}/end/").status_code == 409
    browser.post(f"{PAGE}{second.pk}/end/")
    assert "I read every answer" not in browser.get(PAGE).content.decode()


def test_only_the_director_is_offered_to_write_for_everybody(signed_in: Callable[[Role], Client]) -> None:
    signed_in(Role.CLINICIAN).post(PAGE, {"place": "reason", "text": WORDS, "is_shared": "on"})
    assert Snippet.objects.get().owner is not None

    signed_in(Role.DIRECTOR).post(PAGE, {"place": "reason", "text": "Shared.", "is_shared": "on"})
    page = signed_in(Role.CLINICIAN).get(PAGE).content.decode()
    assert "Shared." in page
    assert "for everybody" not in page.lower()


def test_what_is_wrong_is_said_at_its_field(browser: Client, osei: User) -> None:
    empty = browser.post(PAGE, {"place": "elsewhere", "text": ""})
    changed = browser.post(f"{PAGE}{snippet(osei).pk}/", {"text": "x" * 500})

    assert (empty.status_code, changed.status_code) == (422, 422)
    assert b"Write the sentence" in empty.content
    assert b"Choose from the list" in empty.content
    assert b"Shorten the sentence" in changed.content
    assert b"x" * 500 in changed.content


def test_somebody_elses_cannot_be_found(browser: Client) -> None:
    theirs = snippet(records.clinician("Dr. Jon Lee"))

    assert browser.post(f"{PAGE}{theirs.pk}/", {"text": "Mine."}).status_code == 404
    assert browser.post(f"{PAGE}{theirs.pk}/end/").status_code == 404
    assert WORDS not in browser.get(PAGE).content.decode()


def test_its_words_cannot_be_read_in_the_database(osei: User) -> None:
    snippet(osei)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM reviews_snippet")
        assert b"answer" not in bytes(cursor.fetchone()[0])
