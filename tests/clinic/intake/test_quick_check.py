"""The 30-second check: age and place end it, ticks never do, nothing is stored, and the form does not ask again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.intake import quick_check, tally
from clinic.intake.models import CheckTally, Intake
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"help_now": "no", "adult": "yes", "state": "US-CA", "about_you": ["none"]}


def text(response: Any) -> str:
    return response.content.decode()


def answer(client: Client, **others: Any) -> Any:
    """Answer the check from the first page until it ends; the last response."""
    response = None
    for number, (name, value) in enumerate({**GOOD, **others}.items(), 1):
        response = client.post(f"/check/{number}/", {name: value})
        if response.headers.get("Location") == "/check/result/":
            break
    return response


def test_the_home_page_starts_with_the_check(client: Client) -> None:
    assert '<a class="btn" href="/check/">Start the 30-second check</a>' in text(client.get("/"))


def test_the_check_takes_four_pages_and_at_most_nine_taps(client: Client) -> None:
    pages, taps, at = 0, 0, client.get("/check/").headers["Location"]
    for name, value in GOOD.items():
        pages += 1
        taps += 3 if name == "state" else 2  # open the list and choose, or choose; then Continue
        at = client.post(at, {name: value}).headers["Location"]

    assert at == "/check/result/"
    assert pages == 4
    assert taps <= 9


@pytest.mark.parametrize("state", ["yes", "not_sure"])
def test_needing_help_or_not_being_sure_leads_to_help_and_back(client: Client, state: str) -> None:
    asked = client.post("/check/1/", {"help_now": state})

    assert asked.headers["Location"] == "/help-now/?back=check"
    page = text(client.get(asked.headers["Location"]))
    assert '<a href="/check/">go on with the check</a>' in page
    assert client.get("/check/").headers["Location"] == "/check/2/"


def test_the_way_back_is_only_for_those_who_came_from_the_check(client: Client) -> None:
    assert "go on with the check" not in text(client.get("/help-now/"))


def test_under_18_ends_kindly_with_reasons_and_other_places(client: Client) -> None:
    assert answer(client, adult="no").headers["Location"] == "/check/result/"
    page = text(client.get("/check/result/"))

    assert "We only treat adults of 18 and over" in page
    assert "1-800-662-4357" in page
    assert "There is a problem" not in page


@pytest.mark.parametrize("state", ["US-OH", "outside"])
def test_a_state_that_is_not_served_ends_kindly_and_names_those_that_are(client: Client, state: str) -> None:
    assert answer(client, state=state).headers["Location"] == "/check/result/"
    page = text(client.get("/check/result/"))

    assert "Arizona, California or New York" in page
    assert "1-800-662-4357" in page


def test_outside_the_country_goes_on_when_the_clinic_may_treat_abroad(client: Client, settings: Any) -> None:
    settings.LICENSED_REGIONS = frozenset({"US-CA", "CA-BC"})
    answer(client, state="outside")

    assert "You can go on to the health form" in text(client.get("/check/result/"))


@pytest.mark.parametrize(
    "ticked",
    [["mind"], ["heart"], ["pregnant"], ["medicines"], ["not_sure"], ["mind", "heart", "pregnant", "medicines"]],
)
def test_no_tick_says_no(client: Client, ticked: list[str]) -> None:
    answer(client, about_you=ticked)
    page = text(client.get("/check/result/"))

    assert "You can go on to the health form" in page
    assert "A clinician will look at what you ticked with you before you book" in page


def test_none_of_these_never_goes_with_something(client: Client) -> None:
    answer(client)
    response = client.post("/check/4/", {"about_you": ["none", "mind"]})

    assert response.status_code == 422
    assert "Choose “None of these” alone, or take it away" in text(response)


def test_the_result_is_the_same_however_often_it_is_loaded_and_counted_once(client: Client) -> None:
    answer(client)
    pages = {client.get("/check/result/").content for _ in range(3)}
    client.post("/check/4/", {"about_you": ["heart"]})

    assert len(pages) == 1
    assert list(CheckTally.objects.values_list("ending", "count")) == [("nothing_ticked", 1)]


def test_going_back_shows_what_was_answered(client: Client) -> None:
    answer(client)

    assert 'value="yes" id="id_adult_0" checked' in text(client.get("/check/2/"))
    assert '<option value="US-CA" selected>' in text(client.get("/check/3/"))


def test_jumping_ahead_leads_to_the_first_open_question(client: Client) -> None:
    response = client.get("/check/3/", follow=True)

    assert response.redirect_chain == [("/check/1/", 302)]
    assert "We brought you to the next question we need." in text(response)
    assert client.get("/check/result/").headers["Location"] == "/check/1/"
    assert client.get("/check/5/").status_code == 404


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_page_without_an_answer_says_so_twice(client: Client, number: int) -> None:
    answer(client)
    name = quick_check.QUESTIONS[number - 1]
    response = client.post(f"/check/{number}/", {name: ""})

    assert response.status_code == 422
    assert "<title>Error:" in text(response)
    error = response.context["form"].errors[name][0]
    assert text(response).count(error) == 2


def test_looking_at_the_check_writes_nothing(client: Client) -> None:
    for path in ("/check/", "/check/1/"):
        client.get(path)

    assert not Session.objects.exists()


def test_nothing_but_a_count_is_stored_and_the_visit_cannot_be_read(client: Client) -> None:
    answer(client, about_you=["mind", "pregnant"])

    assert not Intake.objects.exists()
    assert not Patient.objects.exists()
    assert not AuditEvent.objects.exists()
    kept = str(Session.objects.get().get_decoded())
    assert "quick_check" in kept
    assert not any(word in kept for word in ("pregnant", "mind", "US-CA"))


def test_what_was_answered_is_forgotten_after_half_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(client)
    later = time.time() + 31 * 60
    monkeypatch.setattr("clinic.intake.quick_check.time.time", lambda: later)

    assert client.get("/check/result/").headers["Location"] == "/check/1/"


def test_the_form_is_filled_in_with_the_state_and_with_nothing_that_was_not_asked_exactly(client: Client) -> None:
    answer(client, about_you=["mind", "medicines"])
    client.post("/intake/start/")

    intake = Intake.objects.get()
    assert intake.answers == {"country": "US", "region": "US-CA"}
    assert intake.patient.region == "US-CA"
    assert AuditEvent.objects.get(action="intake.carry_in").detail == {"questions": ["country", "region"]}
    assert "quick_check" not in client.session


def test_the_page_that_asks_it_shows_it_and_says_where_it_comes_from(client: Client) -> None:
    answer(client)
    client.post("/intake/start/")
    intake = Intake.objects.get()
    intake.answers |= {"safe_now": "yes", "medical_now": ["none"]}
    intake.save()
    page = text(client.get("/intake/check/3/"))

    assert '<option value="US-CA" selected>' in page
    assert "We filled in what you told us in the quick check." in page


def test_a_form_that_was_begun_already_is_not_changed_by_a_later_check(client: Client) -> None:
    client.post("/intake/start/")
    answer(client)
    client.post("/intake/start/")

    assert Intake.objects.get().answers == {}


@pytest.mark.parametrize(("ticked", "nothing", "shown"), [(119, 80, None), (120, 80, 6), (0, 400, 0)])
def test_the_share_who_tick_something_is_shown_only_when_enough_have_finished(
    ticked: int, nothing: int, shown: int | None
) -> None:
    month = NOW.date().replace(day=1)
    CheckTally.objects.create(month=month, ending="closer_look", count=ticked)
    CheckTally.objects.create(month=month, ending="nothing_ticked", count=nothing)
    CheckTally.objects.create(month=month, ending="too_young", count=900)

    assert tally.tenths_who_ticked() == shown


def test_counting_adds_one_a_time_in_the_month_of_the_clinic() -> None:
    for _ in range(3):
        tally.count("too_young", now=datetime(2026, 12, 1, 3, 0, tzinfo=UTC))

    assert [(each.month.isoformat(), each.count) for each in CheckTally.objects.all()] == [("2026-11-01", 3)]
