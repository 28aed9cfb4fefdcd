"""The pages: opened by a private link and a date of birth, one after another, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient, PatientLink
from clinic.questionnaires import presenters
from clinic.questionnaires.models import Questionnaire

from .conftest import BY, CALM, LATER, MILD, Asks, ask_again, send


@pytest.fixture(autouse=True)
def a_week_later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def opened(asked: Asks, let_in: Callable[..., Client]) -> tuple[Client, Questionnaire]:
    """The questions of the first week, and the patient's browser."""
    questionnaire = asked()
    return let_in(questionnaire.intake), questionnaire


def words(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def page_of(questionnaire: Questionnaire, item: str) -> str:
    """The address of the page of one question."""
    sheet = presenters.sheet_of(questionnaire, now=LATER)
    return sheet.page_url(1 + [page.id for page in sheet.pages].index(item))


def fill_in(client: Client, questionnaire: Questionnaire, told: dict[str, str]) -> Any:
    """Walks through every page, as somebody would."""
    where = f"/my/questions/{questionnaire.pk}/1/"
    while re.fullmatch(r"/my/questions/[^/]+/\d+/", where):
        asked = re.findall(r'name="((?:phq|gad|peg)\d)"', client.get(where).content.decode())
        response = client.post(where, {name: told[name] for name in asked if name in told})
        assert response.status_code == 302, words(response)
        where = response.url
    return where


def test_a_link_opens_the_questions_after_the_date_of_birth_and_more_than_once(client: Client, asked: Asks) -> None:
    questionnaire = asked()
    patient = questionnaire.patient
    purpose = PatientLink.Purpose.QUESTIONS
    token = patient_actions.issue_link(patient=patient, purpose=purpose, by=BY, now=LATER)
    year, month, day = patient.born_on.split("-")
    born = {"born_on_year": year, "born_on_month": month, "born_on_day": day}
    assert client.get(f"/f/{token}/").status_code == 200
    assert client.get(f"/my/questions/{questionnaire.pk}/").url == "/resume/"

    for _ in range(2):
        client.session.flush()
        response = client.post(f"/f/{token}/", born, follow=True)
        assert response.request["PATH_INFO"] == f"/my/questions/{questionnaire.pk}/"


def test_the_stop_link_of_a_message_leads_to_where_they_are_stopped(client: Client, asked: Asks) -> None:
    patient = asked().patient
    message = queue(key="q", template="short-questions-again", patient=patient, by=BY, now=LATER)
    stop = words_for(message, by=BY, now=LATER).text.split("Stop them here:")[1].split()[0]
    year, month, day = patient.born_on.split("-")
    born = {"born_on_year": year, "born_on_month": month, "born_on_day": day}

    response = client.post(stop.removeprefix(settings.SITE_URL), born)

    assert response.url == "/my/preferences/"
    assert "No, do not send them" in words(client.get(response.url))


def test_a_wrong_date_of_birth_opens_nothing(client: Client, asked: Asks) -> None:
    purpose = PatientLink.Purpose.QUESTIONS
    token = patient_actions.issue_link(patient=asked().patient, purpose=purpose, by=BY, now=LATER)

    response = client.post(f"/f/{token}/", {"born_on_year": "1950", "born_on_month": "1", "born_on_day": "1"})

    assert "do not open" in words(response)
    assert client.get("/my/questions/").url == "/resume/"


def test_from_the_first_page_to_thanks(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened

    where = fill_in(client, questionnaire, MILD | CALM)

    assert where == f"/my/questions/{questionnaire.pk}/send/"
    for _ in range(2):
        response = client.post(where, follow=True)
        assert "Thank you. We have your answers." in words(response)
    questionnaire.refresh_from_db()
    assert questionnaire.scores["phq9"]["total"] == 8.0
    assert AuditEvent.objects.filter(action="questionnaires.send").count() == 1


def test_when_it_was_saved_is_said_by_their_own_clock(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened
    Patient.objects.filter(pk=questionnaire.patient_id).update(time_zone="America/New_York")
    second = client.post(f"/my/questions/{questionnaire.pk}/1/", MILD | CALM, follow=True)

    assert "Saved at 3:00 pm" in words(second)


def test_help_comes_on_that_very_page(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened

    where = fill_in(client, questionnaire, MILD | CALM | {"phq9": "2"})

    assert where == "/intake/help/"
    assert "Please talk with someone now" in words(client.get(where))
    assert Message.objects.filter(to_role="on_call").exists()


def test_a_question_left_open_is_named_and_can_be_skipped(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened
    where = f"/my/questions/{questionnaire.pk}/1/"
    asked = re.findall(r'type="radio" name="(\w+)"', client.get(where).content.decode())
    assert len(set(asked)) == 1, "one question on a page"

    refused = client.post(where, {})
    skipped = client.post(where, {"skip": "yes"})

    assert refused.status_code == 422
    assert "Choose an answer to" in words(refused)
    assert skipped.url == f"/my/questions/{questionnaire.pk}/2/"
    questionnaire.refresh_from_db()
    assert questionnaire.answers == {}


def test_nobody_jumps_ahead(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened

    assert client.get(f"/my/questions/{questionnaire.pk}/2/").url == f"/my/questions/{questionnaire.pk}/1/"
    assert client.post(f"/my/questions/{questionnaire.pk}/send/").url == f"/my/questions/{questionnaire.pk}/1/"
    questionnaire.refresh_from_db()
    assert questionnaire.state == "open"


def test_the_questions_of_somebody_else_are_not_there(
    opened: tuple[Client, Questionnaire], asked: Asks, let_in: Callable[..., Client]
) -> None:
    client, _ = opened
    other = asked()
    let_in(opened[1].intake)

    for path in ("", "1/", "send/"):
        assert client.get(f"/my/questions/{other.pk}/{path}").status_code == 404
    assert AuditEvent.objects.filter(action="patients.refused").count() == 3


def test_a_page_sent_after_sending_changes_nothing(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened
    send(questionnaire, MILD | CALM)

    response = client.post(page_of(questionnaire, "phq1"), {"phq1": "3"}, follow=True)

    assert "Thank you" in words(response)
    assert "we did not change what you had answered" in words(response)
    questionnaire.refresh_from_db()
    assert questionnaire.answers["phq1"] == "1"


@pytest.fixture
def over(opened: tuple[Client, Questionnaire], request: pytest.FixtureRequest) -> tuple[Client, Questionnaire]:
    """Questions that were sent from another tab, or closed because the next ones came."""
    client, questionnaire = opened
    if request.param == "sent":
        return client, send(questionnaire, MILD | CALM)
    ask_again(questionnaire.intake, "F32", now=LATER)
    return client, Questionnaire.objects.get(pk=questionnaire.pk)


@pytest.mark.parametrize("over", ["sent", "closed"], indirect=True)
@pytest.mark.parametrize(("given", "leads_to", "paged"), [("3", "/intake/help/", 1), ("0", "/my/questions/", 0)])
def test_item_nine_in_a_tab_that_was_left_open_is_heard_although_it_comes_too_late(
    over: tuple[Client, Questionnaire], given: str, leads_to: str, paged: int
) -> None:
    client, questionnaire = over
    before = dict(questionnaire.answers)

    for _ in range(2):
        response = client.post(page_of(questionnaire, "phq9"), {"phq9": given})
        assert response.url.startswith(leads_to)

    questionnaire.refresh_from_db()
    assert questionnaire.answers == before
    assert Message.objects.filter(to_role="on_call").count() == paged
    latest = questionnaire.intake.records.order_by("-number").first()
    assert (latest.outcome == "urgent") is bool(paged)


def test_the_start_says_how_long_and_until_when(opened: tuple[Client, Questionnaire]) -> None:
    client, questionnaire = opened

    said = words(client.get(f"/my/questions/{questionnaire.pk}/"))

    assert "16 questions, about 2 minutes" in said
    by = LATER + timedelta(days=3)
    assert f"by {by:%A}" in said


@pytest.mark.parametrize(("given", "leads_to"), [("2", "/help-now/"), ("0", "/intake/idle/")])
def test_an_answer_that_comes_after_half_an_hour_is_saved_and_shows_nothing(
    given: str, leads_to: str, opened: tuple[Client, Questionnaire]
) -> None:
    """Whoever takes long over item 9 is told of like anybody else; the page asks for the date of birth first."""
    client, questionnaire = opened
    fill_in(client, questionnaire, MILD | CALM)
    pages = (f"/my/questions/{questionnaire.pk}/{number}/" for number in range(1, 17))
    where = next(page for page in pages if b'name="phq9"' in client.get(page).content)

    with time_machine.travel(LATER + timedelta(minutes=31), tick=False):
        response = client.post(where, {"phq9": given})
        after = client.get(where)

    assert response.url == leads_to
    assert after.url == "/intake/idle/"
    questionnaire.refresh_from_db()
    assert questionnaire.answers["phq9"] == given
    assert Message.objects.filter(to_role="on_call").exists() is (given == "2")
