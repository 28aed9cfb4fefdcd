"""The patient's pages: the happy path of each, and each refusal in plain words."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic.audit.actors import Actor
from clinic.intake.consent_words import mark_of
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients import actions as patient_actions
from tests.clinic.intake.conftest import NOW, PROTOCOL, SIGN

pytestmark = pytest.mark.django_db
FIRST = "/intake/check/1/"


def text(response: Any) -> str:
    return response.content.decode()


def test_starting_makes_one_intake_however_often_it_is_pressed(client: Client) -> None:
    client.post("/intake/start/")
    client.post("/intake/start/")

    assert Intake.objects.count() == 1
    assert client.get("/intake/").status_code == 200


def test_a_page_without_an_answer_says_so_twice_and_keeps_the_page(draft: Intake, let_in: Any) -> None:
    response = let_in(draft).post(FIRST, {})

    assert response.status_code == 422
    assert "<title>Error:" in text(response)
    assert text(response).count("Choose an answer to “Are you safe right now”") == 2


def test_a_good_answer_goes_on_to_the_next_page(draft: Intake, let_in: Any) -> None:
    response = let_in(draft).post(FIRST, {"safe_now": "yes"})

    assert response.headers["Location"] == "/intake/check/2/"
    assert Intake.objects.get().answers == {"safe_now": "yes"}


@pytest.mark.parametrize(("region", "clock"), [("US-NY", "3:00 pm"), ("US-CA", "12:00 pm"), (None, "12:00 pm")])
def test_when_it_was_saved_is_said_by_the_clock_of_where_they_live(
    draft: Intake, let_in: Any, region: str | None, clock: str
) -> None:
    Intake.objects.filter(pk=draft.pk).update(saved_at=NOW)
    draft.refresh_from_db()
    draft.answers, draft.visited = {"region": region}, ["safe"]
    draft.save(update_fields=["answers", "visited"])

    assert f"Saved at {clock}" in text(let_in(draft).get(FIRST))


def test_an_urgent_answer_shows_help_at_once(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)

    assert client.post(FIRST, {"safe_now": "no"}).headers["Location"] == "/intake/help/"
    page = text(client.get("/intake/help/"))
    assert "Call 988" in page
    assert "You do not have to give your name" in page


def test_an_emergency_of_the_body_says_911_first(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)
    client.post(FIRST, {"safe_now": "yes"})
    client.post("/intake/check/2/", {"medical_now": ["chest_pain"]})

    assert "Please call 911 now" in text(client.get("/intake/help/"))


def test_jumping_ahead_leads_back_to_the_next_question(draft: Intake, let_in: Any) -> None:
    response = let_in(draft).get("/intake/feelings/6/", follow=True)

    assert response.redirect_chain[-1][0] == FIRST
    assert "We brought you to the next question we need." in text(response)


@pytest.mark.parametrize("path", ["/intake/check/99/", "/intake/nowhere/1/", "/intake/check/0/"])
def test_a_page_that_is_not_there_is_a_plain_404(draft: Intake, let_in: Any, path: str) -> None:
    response = let_in(draft).get(path)

    assert response.status_code == 404
    assert "988" in text(response)


def test_none_of_these_never_goes_with_something(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)
    client.post(FIRST, {"safe_now": "yes"})
    response = client.post("/intake/check/2/", {"medical_now": ["none", "breathing"]})

    assert response.status_code == 422
    assert "Choose “None of these” alone, or take it away" in text(response)


@pytest.mark.parametrize("value", ["\x00", "a\x00b"])
def test_a_nul_is_refused_in_words(draft: Intake, let_in: Any, value: str) -> None:
    response = let_in(draft).post(FIRST, {"safe_now": value})

    assert response.status_code == 400
    assert "988" in text(response)


def test_a_form_of_ten_megabytes_is_refused_in_words(draft: Intake, let_in: Any) -> None:
    response = let_in(draft).post(FIRST, {"safe_now": "x" * 10_000_000})

    assert response.status_code == 413
    assert Intake.objects.get().answers == {}


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE x;--", "\u202eevil", "😀" * 50]
)
def test_hostile_text_is_kept_as_text(draft: Intake, let_in: Any, value: str) -> None:
    draft.answers = {"safe_now": "yes", "medical_now": ["none"]}
    draft.save()
    client = let_in(draft)
    page = {"completing_self": "yes", "guardian": "no", "country": "US", "region": "US-CA", "location_now": value}
    client.post("/intake/check/3/", page | {"dob_month": "5", "dob_day": "2", "dob_year": "1991"})

    assert Intake.objects.get().answers["location_now"].replace("\u202e", "") == value.replace("\u202e", "")
    shown = text(client.get("/intake/check/3/"))
    assert "<script>alert" not in shown
    assert value != "{{7*7}}" or value in shown


def test_a_wrong_method_is_refused(draft: Intake, let_in: Any) -> None:
    assert let_in(draft).delete(FIRST).status_code == 405


def test_somebody_without_an_intake_is_sent_to_where_they_can_come_back(client: Client) -> None:
    for path in ("/intake/", FIRST, "/intake/sign/", "/my/", "/intake/help/"):
        assert client.get(path).headers["Location"] == "/resume/"


def sign_data(intake: Intake) -> dict[str, Any]:
    shown = [name for name in SIGN.questions if name not in ("consent_part2", "consent_no_supply")]
    ticked = {name: "on" if PROTOCOL.questions[name].kind == "checkbox" else "yes" for name in shown}
    return {**ticked, "signature": "Maya Thompson", "key": str(intake.submit_key), "read": mark_of(PROTOCOL, shown)}


def test_signing_twice_shows_the_same_result_and_the_back_button_too(fill: Any, let_in: Any) -> None:
    intake = fill()
    client = let_in(intake)

    assert client.get("/intake/sign/").status_code == 200
    for _ in range(2):
        assert client.post("/intake/sign/", sign_data(intake)).headers["Location"] == "/my/"
    assert ScreeningRecord.objects.count() == 1
    again = client.get(FIRST, follow=True)
    assert "You have already sent this form." in text(again)
    assert client.get("/intake/sign/").headers["Location"] == "/my/"


def test_signing_with_other_words_is_422_and_nothing_is_lost(fill: Any, let_in: Any) -> None:
    intake = fill()
    client = let_in(intake)
    client.post("/intake/sign/", sign_data(intake))
    response = client.post("/intake/sign/", sign_data(intake) | {"signature": "Somebody Else"})

    assert response.status_code == 422
    assert "What you sent first is safe with us" in text(response)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\u2800\u3164"])
def test_a_signature_that_nobody_can_see_signs_nothing(fill: Any, let_in: Any, name: str) -> None:
    intake = fill()
    response = let_in(intake).post("/intake/sign/", sign_data(intake) | {"signature": name})

    assert response.status_code == 422
    assert "Type your full name as you gave it" in text(response)
    assert not ScreeningRecord.objects.exists()


def test_no_consent_is_ticked_and_none_is_bundled(fill: Any, let_in: Any) -> None:
    page = text(let_in(fill()).get("/intake/sign/"))

    assert " checked" not in page
    assert page.count('type="checkbox"') >= 7


@pytest.mark.parametrize(
    ("case", "heading"),
    [
        ("V000", "You can book your free consultation"),
        ("V006", "We would like to speak with your prescriber"),
        ("V015", "A clinician will read your answers"),
        ("V018", "A clinician will look at this with care"),
        ("V027", "Please talk with someone now"),
    ],
)
def test_each_route_has_its_own_page(fill: Any, submit: Any, let_in: Any, case: str, heading: str) -> None:
    intake = fill(case, med_none="none")
    if case == "V006":
        intake.medicines = [
            {"id": "1", "name": "fluoxetine", "status": "stopped", "dose": "", "last_taken": "", "confirmed_as": ""}
        ]
        intake.save()
    submit(intake)
    page = text(let_in(intake).get("/my/"))

    assert f"<h1>{heading}</h1>" in page
    assert not re.search(r"\bR\d{3}\b", page)


def link_for(intake: Intake) -> str:
    now = timezone.now()
    return patient_actions.issue_link(patient=intake.patient, purpose="resume", by=Actor("visitor"), now=now)


NOT_OPENED = "This link and this date of birth do not open a form."
BIRTHDAY = {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"}


def rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, spent_at, wrong_tries FROM patients_patientlink ORDER BY 1")
        return list(cursor.fetchall())


def test_looking_at_a_link_changes_nothing_and_the_date_of_birth_spends_it(fill: Any, client: Client) -> None:
    token = link_for(fill())
    before = rows()
    for _ in range(3):
        assert client.get(f"/resume/{token}/").status_code == 200
    client.head(f"/resume/{token}/")
    assert rows() == before

    assert client.post(f"/resume/{token}/", BIRTHDAY).headers["Location"] == "/intake/"
    assert client.get("/intake/").status_code == 200
    assert NOT_OPENED in text(Client().post(f"/resume/{token}/", BIRTHDAY))


def test_asking_for_a_link_says_the_same_for_any_address(fill: Any, client: Client) -> None:
    fill()
    known = client.post("/resume/", {"email": "maya@example.org"})
    unknown = client.post("/resume/", {"email": "nobody@example.org"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_an_idle_page_closes_and_opens_with_the_date_of_birth(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    state = client.session
    state["patient_seen"] = int(time.time()) - 31 * 60
    state.save()

    assert client.get("/intake/").headers["Location"] == "/intake/idle/"
    assert "For your privacy we closed this page" in text(client.get("/intake/idle/"))
    assert client.post("/intake/idle/", BIRTHDAY).headers["Location"] == "/intake/"


def test_leaving_quickly_ends_the_visit(draft: Intake, let_in: Any) -> None:
    client = let_in(draft)
    response = client.get("/leave/")

    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/intake/").headers["Location"] == "/resume/"


def test_a_near_miss_asks_and_the_persons_own_words_are_kept(fill: Any, let_in: Any) -> None:
    intake = fill(med_none="takes")
    client = let_in(intake)
    line = {"name": "Lexipro", "status": "taking"}
    asked = client.post("/intake/medicines/add/", line)

    assert asked.status_code == 422
    assert "Check the spelling of “Lexipro”" in text(asked)
    client.post("/intake/medicines/add/", line | {"match": "as-typed"})
    kept = Intake.objects.get().medicines
    assert [(each["name"], each["confirmed_as"]) for each in kept] == [("Lexipro", "")]


@pytest.mark.parametrize("name", ["", "\u200b", "\u2060\u2800"])
def test_a_medicine_without_a_name_that_can_be_seen_is_asked_for(fill: Any, let_in: Any, name: str) -> None:
    intake = fill(med_none="takes")
    asked = let_in(intake).post("/intake/medicines/add/", {"name": name, "status": "taking"})

    assert asked.status_code == 422
    assert "Enter the name of the medicine, or what it is for" in text(asked)
    assert Intake.objects.get(pk=intake.pk).medicines == []


def test_a_name_that_looks_like_another_is_not_said_to_be_misspelt(fill: Any, let_in: Any) -> None:
    asked = let_in(fill(med_none="takes")).post("/intake/medicines/add/", {"name": "hydroxyzine", "status": "taking"})

    assert asked.status_code == 422
    assert "“hydroxyzine” looks like the name of another medicine. Choose the one you take" in text(asked)
    assert "spelling" not in text(asked)


def test_a_suggestion_counts_only_when_a_person_chose_it(fill: Any, let_in: Any) -> None:
    client = let_in(fill(med_none="takes"))
    client.post("/intake/medicines/add/", {"name": "Lexipro", "status": "taking", "match": "Lexapro"})

    assert Intake.objects.get().medicines[0]["confirmed_as"] == "Lexapro"


def test_a_suggestion_is_chosen_and_saved_with_one_press_when_nothing_else_is_asked(fill: Any, let_in: Any) -> None:
    client = let_in(fill(med_none="takes"))
    which = text(client.post("/intake/medicines/add/", {"name": "Lexipro", "status": "taking"}))
    more = text(client.post("/intake/medicines/add/", {"name": "Lexipro"}))

    assert 'type="submit" id="id_match_0" name="match" value="Lexapro">Lexapro (escitalopram)</button>' in which
    assert 'type="submit" id="id_match_1" name="match" value="as-typed">Keep “Lexipro”' in which
    assert 'type="radio" name="match" value="Lexapro"' in more
    assert 'type="submit" id="id_match' not in more


def test_the_enter_key_asks_again_and_chooses_no_medicine(fill: Any, let_in: Any) -> None:
    client = let_in(fill(med_none="takes"))
    form = text(client.post("/intake/medicines/add/", {"name": "Lexipro", "status": "taking"})).partition("<form")[2]
    first = form[form.index("<button") :].partition(">")[0]

    assert "name=" not in first
    assert client.post("/intake/medicines/add/", {"name": "Lexipro", "status": "taking"}).status_code == 422
    assert Intake.objects.get().medicines == []


def test_a_visit_that_does_not_say_when_it_was_last_used_is_closed(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    state = client.session
    del state["patient_seen"]
    state.save()

    assert client.get("/intake/").headers["Location"] == "/intake/idle/"
