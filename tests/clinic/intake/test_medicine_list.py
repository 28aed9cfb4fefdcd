"""The list of medicines: added in three steps, changed in place, removed after a question, and put back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.intake.journeys import address
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import PROTOCOL, page_of

pytestmark = pytest.mark.django_db
LIST = address(PROTOCOL, page_of("med_list"))
ADD = "/intake/medicines/add/"


def text(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def client_with_ibuprofen(fill: Any, let_in: Any) -> Client:
    client: Client = let_in(fill(med_none="takes"))
    client.post(ADD, {"name": "ibuprofen", "status": "as_needed", "dose": "200 mg", "reason": "headache"})
    return client


def line() -> dict[str, str]:
    return dict(Intake.objects.get().medicines[0])


def remove(client: Client) -> str:
    return str(client.post(f"/intake/medicines/{line()['id']}/remove/").headers["Location"])


def test_everything_the_protocol_asks_about_a_medicine_can_be_said(fill: Any, let_in: Any) -> None:
    client = let_in(fill(med_none="takes"))
    said = {"name": "ibuprofen", "status": "stopped", "dose": "200 mg, twice a day", "reason": "headache"}
    date = {"last_taken_month": "5", "last_taken_day": "2", "last_taken_year": "2024"}
    client.post(ADD, said | date | {"prescriber": "Dr. Lee"})

    kept = line()
    assert {key: kept[key] for key in said} == said
    assert (kept["last_taken"], kept["prescriber"]) == ("2024-05-02", "Dr. Lee")


def test_a_known_medicine_takes_three_steps(fill: Any, let_in: Any) -> None:
    client = let_in(fill(med_none="takes"))

    assert client.post(ADD, {"name": "ibuprofen", "status": "taking"}).headers["Location"] == LIST


def test_removing_offers_to_put_it_back_and_names_it(client_with_ibuprofen: Client) -> None:
    page = text(client_with_ibuprofen.get(remove(client_with_ibuprofen)))

    assert "We removed ibuprofen." in page
    assert "Put it back" in page
    assert "You have not added a medicine yet." in page


def test_no_name_of_a_medicine_is_in_an_address_or_a_cookie(client_with_ibuprofen: Client) -> None:
    where = remove(client_with_ibuprofen)
    client_with_ibuprofen.get(where)

    assert "ibuprofen" not in where
    assert not [cookie for cookie in client_with_ibuprofen.cookies.values() if "ibuprofen" in cookie.value]


def test_put_it_back_puts_it_back_as_it_was_and_once(client_with_ibuprofen: Client) -> None:
    before = line()
    remove(client_with_ibuprofen)
    assert Intake.objects.get().medicines == []
    for _ in range(2):
        again = client_with_ibuprofen.post(f"/intake/medicines/{before['id']}/put-back/")
        assert again.headers["Location"] == LIST

    assert Intake.objects.get().medicines == [before]
    assert "Put it back" not in text(client_with_ibuprofen.get(f"{LIST}?removed={before['id']}"))


def test_removing_twice_says_the_same(client_with_ibuprofen: Client) -> None:
    url = f"/intake/medicines/{line()['id']}/remove/"

    assert client_with_ibuprofen.post(url).headers["Location"] == client_with_ibuprofen.post(url).headers["Location"]


def test_nothing_that_was_never_on_the_list_can_be_put_back(client_with_ibuprofen: Client) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"

    assert client_with_ibuprofen.post(f"/intake/medicines/{unknown}/put-back/").status_code == 404
    assert client_with_ibuprofen.get(f"/intake/medicines/{line()['id']}/put-back/").status_code == 405


def test_the_list_of_another_patient_cannot_be_reached(client_with_ibuprofen: Client) -> None:
    theirs, owner = line()["id"], Intake.objects.get()
    other = Client()
    other.post("/intake/start/")

    for verb in ("remove", "put-back", "change"):
        assert other.post(f"/intake/medicines/{theirs}/{verb}/").status_code == 404
    assert len(Intake.objects.get(pk=owner.pk).medicines) == 1


def test_what_a_changed_line_said_before_is_kept(client_with_ibuprofen: Client) -> None:
    before = line()
    client_with_ibuprofen.post(f"/intake/medicines/{before['id']}/change/", {"name": "ibuprofen", "status": "stopped"})

    assert line()["status"] == "stopped"
    assert before in [entry[2] for entry in Intake.objects.get().history]


def test_a_change_from_checking_the_answers_returns_straight_back(client_with_ibuprofen: Client) -> None:
    change = f"/intake/medicines/{line()['id']}/change/?return=check"
    assert change in text(client_with_ibuprofen.get("/intake/check/"))
    back = client_with_ibuprofen.post(change, {"name": "ibuprofen", "status": "taking"})

    assert back.headers["Location"] == "/intake/check/"


def test_one_added_from_checking_the_answers_leads_back_by_the_list(client_with_ibuprofen: Client) -> None:
    page = text(client_with_ibuprofen.get(f"{LIST}?return=check"))
    assert f'href="{ADD}?return=check"' in page
    added = client_with_ibuprofen.post(f"{ADD}?return=check", {"name": "aspirin", "status": "taking"})
    assert added.headers["Location"] == f"{LIST}?return=check"

    assert client_with_ibuprofen.post(f"{LIST}?return=check").headers["Location"] == "/intake/check/"


@pytest.mark.parametrize("question", ["med_none", "med_list", "med_check", "med_changed"])
def test_every_medicine_page_says_not_to_stop_one(fill: Any, let_in: Any, question: str) -> None:
    page = text(let_in(fill(med_none="takes")).get(address(PROTOCOL, page_of(question))))

    assert "Do not stop or change a medicine" in page


def test_adding_changing_and_removing_say_not_to_stop_one(client_with_ibuprofen: Client) -> None:
    for path in (ADD, f"/intake/medicines/{line()['id']}/change/", f"/intake/medicines/{line()['id']}/remove/"):
        assert "Do not stop" in text(client_with_ibuprofen.get(path)), path


def test_rarely_needed_fields_are_folded_away_unless_they_hold_something(client_with_ibuprofen: Client) -> None:
    assert '<details class="more"><summary>More about it' in text(client_with_ibuprofen.get(ADD))
    change = f"/intake/medicines/{line()['id']}/change/"
    assert '<details class="more" open><summary>More about it' in text(client_with_ibuprofen.get(change))
    too_long = client_with_ibuprofen.post(ADD, {"name": "aspirin", "status": "taking", "prescriber": "x" * 101})
    assert '<details class="more" open>' in text(too_long)
    assert text(too_long).count("Who prescribes it must be 100 letters or fewer") == 2
