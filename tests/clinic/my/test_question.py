"""The patient's page for one more question: only what was asked, help when it is urgent, and the same for twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic import celery
from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db
QUESTION = reverse("my:question")


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def osei() -> User:
    return records.clinician()


def asked(osei: User, *questions: str, **told: object) -> tuple[Client, ScreeningRecord]:
    record = sealed(records.REVIEW)
    decide(record, osei, "ask_for_more", asks=list(questions), **told)
    client = Client()
    state = client.session
    state["patient"], state["patient_seen"] = str(record.intake.patient_id), int(time.time())
    state.save()
    return client, record


def test_it_asks_what_was_asked_and_shows_the_words_of_the_clinician(osei: User) -> None:
    client, _ = asked(osei, "hospital_psych", words_to_patient="I want to be <sure> about a date.")

    page = client.get(QUESTION)

    html = page.content.decode()
    assert list(page.context["form"].fields) == ["hospital_psych"]
    assert "Dr. Ama Osei read your answers" in html
    assert "I want to be &lt;sure&gt; about a date." in html


def test_answering_makes_one_new_record_and_leads_on(osei: User) -> None:
    client, record = asked(osei, "hospital_psych")

    first, second = (client.post(QUESTION, {"hospital_psych": "never"}) for _ in range(2))

    assert first.url == reverse("my:status")
    assert "If you sent your answer, we have it." in second.content.decode()
    assert record.intake.records.count() == 2


def test_an_answer_that_is_missing_is_asked_for_and_nothing_is_kept(osei: User) -> None:
    client, record = asked(osei, "hospital_psych")

    response = client.post(QUESTION, {})

    assert response.status_code == 422
    assert record.intake.records.count() == 1


def test_what_was_not_asked_is_not_taken(osei: User) -> None:
    client, record = asked(osei, "hospital_psych")

    client.post(QUESTION, {"hospital_psych": "never", "si_month": "plan_or_intent", "email": "x@example.test"})

    newest = record.intake.records.order_by("number").last()
    assert newest.answers["answers"]["si_month"] == record.answers["answers"]["si_month"]
    assert newest.answers["answers"]["email"] == record.answers["answers"]["email"]


def test_an_urgent_answer_leads_to_help_at_once(osei: User) -> None:
    client, _ = asked(osei, "phq9")

    assert client.post(QUESTION, {"phq9": "3"}).url == reverse("intake:help")


def test_an_urgent_answer_from_another_tab_is_heard_although_the_first_one_counts(osei: User) -> None:
    client, record = asked(osei, "phq9")
    client.post(QUESTION, {"phq9": "0"})
    before = Message.objects.filter(to_role="on_call").count()

    other, calm = client.post(QUESTION, {"phq9": "2"}), client.post(QUESTION, {"phq9": "2"})

    assert other.url == reverse("intake:help")
    assert "If you sent two answers, we have the first." in calm.content.decode()
    assert Message.objects.filter(to_role="on_call").count() == before + 1
    outcomes = record.intake.records.order_by("number").values_list("outcome", flat=True)
    assert list(outcomes)[-1] == "urgent"
    assert len(outcomes) == 3


def test_without_a_question_it_says_so_and_leads_on(osei: User) -> None:
    client, record = asked(osei, "hospital_psych")
    client.post(QUESTION, {"hospital_psych": "never"})

    page = client.get(QUESTION).content.decode()

    assert "There is no question to answer right now" in page
    assert f'href="{reverse("my:status")}"' in page


def test_looking_changes_nothing(osei: User) -> None:
    client, record = asked(osei, "hospital_psych")

    client.get(QUESTION)
    client.head(QUESTION)

    assert record.intake.records.count() == 1
