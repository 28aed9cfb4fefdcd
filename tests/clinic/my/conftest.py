"""A patient who sent the form of a worked case, in their own browser, and what their page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import actions as reviews
from tests.clinic.intake.conftest import draft, fill, let_in, nudges, submit

__all__ = ["draft", "fill", "let_in", "nudges", "submit"]


@pytest.fixture
def sent(fill: Any, submit: Any, let_in: Any) -> Callable[..., tuple[Client, Intake, ScreeningRecord]]:
    """Sends the form of a worked case, and opens the patient's browser."""

    def send(case: str = "V000", **others: Any) -> tuple[Client, Intake, ScreeningRecord]:
        intake = fill(case, **others)
        intake.patient.safe_contact = "yes"
        intake.patient.save()
        record = submit(intake)
        return let_in(intake), intake, record

    return send


@pytest.fixture
def osei(db: None) -> User:
    """A clinician."""
    return User.objects.create_user("c@larkfield.example", name="Dr. Ama Osei", role=Role.CLINICIAN)


@pytest.fixture
def decide(osei: User) -> Callable[..., Any]:
    """Signs a decision that has been told already."""

    def sign(record: ScreeningRecord, route: str, **others: Any) -> Any:
        others.setdefault("asks", ["bp_recent"] if route == "ask_for_more" else [])
        return reviews.decide(
            record=record,
            route=route,
            reason="Read every answer and spoke with the patient on the phone.",
            reason_code="judgement",
            by=osei.actor,
            now=timezone.now() - timedelta(minutes=11),
            basis_answers_hash=record.answers_hash,
            basis_seal=record.seal,
            **others,
        )

    return sign


def words(response: Any) -> str:
    """What the main part of a page says, without its tags."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))
