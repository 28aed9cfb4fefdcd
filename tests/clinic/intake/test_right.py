"""Likely slips are saved and asked about once; impossible ones are errors in words; nothing here says no."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from clinic.audit.models import AuditEvent
from clinic.intake.journeys import address
from clinic.intake.likely import AWAITING_THE_MEDICAL_DIRECTOR, RANGES, odd
from clinic.intake.models import Intake
from screening.facts import Facts
from tests.clinic.intake.conftest import PROTOCOL, page_of

pytestmark = pytest.mark.django_db
NUMBERS = address(PROTOCOL, page_of("bp_sys"))
WHO = address(PROTOCOL, page_of("dob"))
READING = {"bp_sys": "120", "bp_dia": "80", "bp_date_month": "12", "bp_date_day": "1", "bp_date_year": "2024"}


def text(response: Any) -> str:
    return response.content.decode()


def reasons(**answers: Any) -> list[str]:
    facts = Facts(PROTOCOL, {"bp_recent": "yes", **answers}, date(2026, 12, 1))
    return [each.question for each in odd(facts, answers, {})]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"weight_kg": "12"}, ["weight_kg"]),
        ({"bp_sys": "1400", "bp_dia": "90"}, ["bp_sys"]),
        ({"dob": "2019-03-02"}, ["dob"]),
        ({"bp_sys": "80", "bp_dia": "120"}, ["bp_dia"]),
        ({"bp_sys": "70", "bp_dia": "40"}, []),
        ({"bp_sys": "260", "bp_dia": "160"}, []),
        ({"bp_sys": "261", "bp_dia": "161"}, ["bp_sys", "bp_dia"]),
        ({"weight_kg": "68.5", "height_cm": "170", "hr_rest": "64"}, []),
        ({"dob": "2008-12-01"}, []),
        ({"dob": "2008-12-02"}, ["dob"]),
    ],
)
def test_only_what_is_probably_a_slip_is_asked_about(answers: dict[str, Any], asked: list[str]) -> None:
    assert reasons(**answers) == asked


def test_an_answer_to_a_hidden_question_is_not_asked_about() -> None:
    facts = Facts(PROTOCOL, {"bp_recent": "no", "bp_sys": "1400"}, date(2026, 12, 1))

    assert odd(facts, ["bp_sys"], {}) == []


def test_every_range_says_where_it_comes_from_and_is_about_a_question_that_exists() -> None:
    assert RANGES.keys() <= PROTOCOL.questions.keys()
    assert {each.source for each in RANGES.values()} == {"clinical.md 5.2, bp_ok", AWAITING_THE_MEDICAL_DIRECTOR}


def test_a_slip_is_saved_first_and_then_asked_about(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    asked = client.post(NUMBERS, READING | {"bp_sys": "1400", "bp_dia": "90"})

    assert asked.headers["Location"] == f"{NUMBERS}right/"
    assert Intake.objects.get().answers["bp_sys"] == "1400"
    page = text(client.get(asked.headers["Location"]))
    assert "<h1>Is this right?</h1>" in page
    assert "1400 mmHg" in page
    assert "Error:" not in page


def test_yes_keep_it_goes_on_and_is_not_asked_again(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    client.post(NUMBERS, READING | {"weight_kg": "12 kg"})
    kept = client.post(f"{NUMBERS}right/")

    assert kept.headers["Location"] == address(PROTOCOL, page_of("long_qt"))
    assert Intake.objects.get().confirmed == {"weight_kg": "12"}
    assert AuditEvent.objects.get(action="intake.confirm").detail == {"questions": ["weight_kg"]}
    assert client.post(NUMBERS, READING | {"weight_kg": "12 kg"}).headers["Location"] == kept.headers["Location"]
    assert client.get(f"{NUMBERS}right/").headers["Location"] == kept.headers["Location"]


def test_another_slip_on_the_same_question_is_asked_about_again(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    client.post(NUMBERS, READING | {"weight_kg": "12 kg"})
    client.post(f"{NUMBERS}right/")

    assert client.post(NUMBERS, READING | {"weight_kg": "13 kg"}).headers["Location"] == f"{NUMBERS}right/"


def test_change_it_leads_to_the_question(fill: Any, let_in: Any) -> None:
    client = let_in(fill())
    client.post(f"{NUMBERS}?return=check", READING | {"weight_kg": "12 kg"})
    page = text(client.get(f"{NUMBERS}right/?return=check"))

    led_to = re.search(rf'href="{re.escape(NUMBERS)}\?return=check#(div_[\w-]+)"', page)
    asked = text(client.get(f"{NUMBERS}?return=check"))
    assert led_to
    assert re.search(rf'id="{led_to[1]}".*?name="weight_kg"', asked, re.DOTALL)
    assert "weight" not in led_to[1]


def test_a_slip_that_nobody_confirmed_is_asked_about_before_signing(fill: Any, let_in: Any) -> None:
    client = let_in(fill(weight_kg="12"))
    asked = client.get("/intake/check/")

    assert asked.headers["Location"] == f"{NUMBERS}right/?return=check"
    assert client.post(asked.headers["Location"]).headers["Location"] == "/intake/check/"
    assert client.get("/intake/check/").status_code == 200


def test_help_comes_before_any_slip(fill: Any, let_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    urgent = next(rule for rule in PROTOCOL.rules if rule.id == "R001")
    monkeypatch.setattr("clinic.intake.urgency.newly_raised", lambda *_: [urgent])
    response = let_in(fill()).post(NUMBERS, READING | {"weight_kg": "12 kg"})

    assert response.headers["Location"] == "/intake/help/"


def test_nothing_is_confirmed_after_sending(fill: Any, submit: Any, let_in: Any) -> None:
    intake = fill(weight_kg="12")
    submit(intake)
    let_in(intake).post(f"{NUMBERS}right/")

    assert not Intake.objects.get().confirmed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"bp_sys": "-4"}, "must be 1 or more"),
        ({"bp_sys": "0"}, "must be 1 or more"),
        ({"bp_sys": "99999"}, "is too large. Check it"),
        ({"bp_sys": "high"}, "must be a number, like 120"),
        ({"weight_kg": "0 kg"}, "Write your weight with the unit"),
        ({"weight_kg": "150"}, "Write your weight with the unit"),
    ],
)
def test_what_is_impossible_is_an_error_in_words(fill: Any, let_in: Any, typed: dict[str, str], said: str) -> None:
    intake = fill()
    before = dict(intake.answers)
    response = let_in(intake).post(NUMBERS, READING | typed)

    assert response.status_code == 422
    assert text(response).count(said) == 2
    assert Intake.objects.get().answers == before


@pytest.mark.parametrize(("year", "said"), [("1899", "must be in"), ("2100", "or earlier")])
def test_an_impossible_birthday_is_an_error_in_words(fill: Any, let_in: Any, year: str, said: str) -> None:
    data = {"completing_self": "yes", "guardian": "no", "country": "US", "region": "US-CA", "location_now": "Here"}
    response = let_in(fill()).post(WHO, data | {"dob_month": "3", "dob_day": "2", "dob_year": year})

    assert response.status_code == 422
    assert text(response).count(said) == 2
