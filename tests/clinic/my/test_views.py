"""The patient's page: the decision once it has left, the appointment when there is one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import ScreeningRecord
from clinic.reviews import actions as reviews
from clinic.staff.management import people
from tests.clinic.intake.conftest import fill, let_in, nudges, submit

__all__ = ["fill", "let_in", "nudges", "submit"]
pytestmark = pytest.mark.django_db


def decide(sealed: ScreeningRecord, route: str, minutes_ago: int) -> User:
    clinician = User.objects.create_user("c@larkfield.example", name="Dr. Ama Osei", role=Role.CLINICIAN)
    reviews.decide(
        record=sealed,
        route=route,
        reason="Read every answer and spoke with the patient on the phone.",
        by=clinician.actor,
        now=timezone.now() - timedelta(minutes=minutes_ago),
        basis_answers_hash=sealed.answers_hash,
        basis_seal=sealed.seal,
        asks=["bp_recent"] if route == "ask_for_more" else [],
    )
    return clinician


@pytest.mark.parametrize(
    ("route", "heading"),
    [
        ("ready_to_book", "You can book your free consultation"),
        ("prescriber_first", "We would like to speak with your prescriber"),
        ("ask_for_more", "We have a question for you"),
        ("not_suitable_now", "Ketamine care is not the safest choice for you right now"),
    ],
)
def test_a_decision_is_told_once_it_cannot_be_undone(
    fill: Any, submit: Any, let_in: Any, route: str, heading: str
) -> None:
    intake = fill("V015")
    decide(submit(intake), route, minutes_ago=11)
    page = let_in(intake).get("/my/").content.decode()

    assert f"<h1>{heading}</h1>" in page
    assert "Dr. Ama Osei" in page


def test_a_decision_that_can_still_be_undone_is_not_told(fill: Any, submit: Any, let_in: Any) -> None:
    intake = fill("V015")
    decide(submit(intake), "not_suitable_now", minutes_ago=1)

    assert "<h1>A clinician will read your answers</h1>" in let_in(intake).get("/my/").content.decode()


def test_an_appointment_comes_first(fill: Any, submit: Any, let_in: Any) -> None:
    intake = fill("V000")
    intake.patient.region = "US-CA"
    intake.patient.save()
    sealed = submit(intake)
    clinician = User.objects.create_user("c@larkfield.example", name="Dr. Ama Osei", role=Role.CLINICIAN)
    other = User.objects.create_user("d@larkfield.example", name="Dr. Jon Lee", role=Role.CLINICIAN)
    people.open_hours([clinician, other], now=timezone.now())
    people._book(sealed, clinician, timezone.now())
    page = let_in(intake).get("/my/").content.decode()

    assert "<h1>Your appointment is on" in page
    assert "/my/appointment/cancel/" in page


def test_without_a_sent_form_it_leads_to_the_form(draft_in: Any) -> None:
    assert draft_in.get("/my/").headers["Location"] == "/intake/"


@pytest.fixture
def draft_in(client: Any, let_in: Any, db: None) -> Any:
    from clinic.audit.actors import VISITOR
    from clinic.intake.actions import begin

    return let_in(begin(by=VISITOR, now=timezone.now()))
