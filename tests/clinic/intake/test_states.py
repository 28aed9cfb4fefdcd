"""What people see when something unlikely happens: late, in another tab, in the wrong order, or when we break."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import pytest
from django.test import Client

from clinic.intake.journeys import address
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from tests.clinic.intake.conftest import PROTOCOL, page_of

pytestmark = pytest.mark.django_db
FIRST = "/intake/check/1/"
LIST = address(PROTOCOL, page_of("med_list"))


def text(response: Any) -> str:
    return response.content.decode()


def fall_asleep(client: Client) -> None:
    state = client.session
    state["patient_seen"] = int(time.time()) - 31 * 60
    state.save()


def test_an_answer_sent_after_half_an_hour_is_saved_before_the_birthday_is_asked(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)
    fall_asleep(client)

    assert client.post(FIRST, {"safe_now": "yes"}).headers["Location"] == "/intake/idle/"
    assert Intake.objects.get().answers == {"safe_now": "yes"}
    assert client.get(FIRST).headers["Location"] == "/intake/idle/"


def test_not_being_safe_is_never_lost_to_the_clock(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)
    fall_asleep(client)
    shown = client.post(FIRST, {"safe_now": "no"}, follow=True)

    assert shown.redirect_chain == [("/help-now/", 302)]
    assert "Call 988" in text(shown)
    assert draft.reference not in text(shown)
    assert Message.objects.filter(to_role="on_call").count() == 1


@pytest.mark.parametrize(
    ("path", "typed"),
    [(FIRST, {}), ("/intake/check/2/", {"medical_now": "none"}), ("/intake/nowhere/9/", {}), (LIST, {})],
)
def test_what_cannot_be_saved_late_changes_nothing(draft: Intake, let_in: Any, path: str, typed: Any) -> None:
    client = let_in(draft)
    fall_asleep(client)

    assert client.post(path, typed).headers["Location"] == "/intake/idle/"
    assert Intake.objects.get().answers == {}


@pytest.mark.parametrize(("answer", "leads_to"), [("yes", "/intake/idle/"), ("no", "/help-now/")])
def test_late_and_already_sent_changes_nothing_unless_it_is_urgent(
    fill: Any, submit: Any, let_in: Any, answer: str, leads_to: str
) -> None:
    intake = fill()
    submit(intake)
    client = let_in(intake)
    fall_asleep(client)

    assert client.post(FIRST, {"safe_now": answer}).headers["Location"] == leads_to
    assert Intake.objects.get().answers["safe_now"] == answer
    assert Message.objects.filter(to_role="on_call").exists() is (answer == "no")


def test_a_stranger_without_a_visit_saves_nothing(draft: Intake) -> None:
    assert Client().post(FIRST, {"safe_now": "no"}).headers["Location"] == "/resume/"
    assert Intake.objects.get().answers == {}


def test_the_start_says_before_that_a_page_closes_after_half_an_hour(client: Client) -> None:
    assert "If you leave the page for 30 minutes, we close it for your privacy." in text(client.get("/intake/start/"))


@pytest.mark.parametrize("path", [FIRST, LIST, "/intake/medicines/add/", f"{FIRST}right/", "/intake/save/"])
def test_another_tab_after_sending_is_told_so_and_led_to_what_happens_next(
    fill: Any, submit: Any, let_in: Any, path: str
) -> None:
    intake = fill()
    submit(intake)
    client = let_in(intake)
    shown = client.post(path, {"safe_now": "yes"}, follow=True)

    assert shown.redirect_chain[-1][0] == "/my/"
    assert "You have already sent this form." in text(shown)
    assert not Message.objects.filter(to_role="on_call").exists()


@pytest.mark.parametrize("answer", ["no", "not_sure"])
def test_another_tab_after_sending_in_which_somebody_is_not_safe_leads_to_help_and_pages_once(
    fill: Any, submit: Any, let_in: Any, answer: str
) -> None:
    intake = fill()
    submit(intake)
    client = let_in(intake)

    first, second = (client.post(FIRST, {"safe_now": answer}).url for _ in range(2))

    assert (first, second) == ("/intake/help/", "/my/")
    intake.refresh_from_db()
    assert intake.safety_raised_at
    assert [page.about["reference"] for page in Message.objects.filter(to_role="on_call")] == [intake.reference]
    assert [each.outcome for each in intake.records.order_by("number")] == ["ready_to_book", "urgent"]


def test_the_last_word_on_a_question_counts_and_the_check_shows_it(fill: Any, let_in: Any) -> None:
    intake = fill()
    client = let_in(intake)
    page = address(PROTOCOL, page_of("preferred_name"))
    contact = {
        "legal_name": "Maya Thompson",
        "email": "maya@example.org",
        "phone": "555 010 0199",
        "sex_birth": "female",
    }
    for name in ("May", "Mimi"):
        client.post(page, contact | {"safe_contact": "yes", "preferred_name": name})

    shown = text(client.get("/intake/check/", follow=True))
    assert "Mimi" in shown or Intake.objects.get().answers["preferred_name"] == "Mimi"
    assert Intake.objects.get().history[-1][2] == "May"


def test_when_we_break_the_page_says_so_with_help_and_a_reference_that_the_log_has(
    draft: Intake, let_in: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Canary")

    client = let_in(draft)
    client.raise_request_exception = False
    monkeypatch.setattr("clinic.intake.presenters.task_rows", broken)
    with caplog.at_level(logging.ERROR):
        response = client.get("/intake/")

    assert response.status_code == 500
    assert "Your answers up to the last page are saved." in text(response)
    assert "988" in text(response)
    assert "Canary" not in text(response)
    reference = re.search(r"find what happened: ([2-9A-Z]{8})<", text(response))
    assert reference is not None
    assert f"reference {reference[1]}: /intake/" in caplog.messages


def test_an_empty_list_says_why_and_what_to_do(fill: Any, let_in: Any) -> None:
    page = text(let_in(fill(med_none="takes")).get(LIST))

    assert "You have not added a medicine yet." in page
    assert ">Add a medicine</a>" in page


def test_every_page_of_the_form_keeps_out_of_caches(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)

    for path in ("/intake/", FIRST, "/check/1/", "/intake/save/", "/resume/"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
