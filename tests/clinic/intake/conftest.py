"""An intake that is being filled in, one that is ready to be signed, and a broker that only notes what it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from clinic import celery
from clinic.audit.actors import Actor, patient
from clinic.intake import actions, protocols, send_actions
from clinic.intake.models import Intake, ScreeningRecord
from clinic.vault.keys import ring
from screening.cases import facts_of
from screening.protocol import Page
from tests.cases import CASES, PROTOCOL

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
"""Noon on a Tuesday at the clinic."""
SIGN = next(page for page in PROTOCOL.pages.values() if page.kind == "sign")
Fill = Callable[..., Intake]


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What was given to the broker."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: sent.append({"name": name, **options}))
    yield sent
    celery._sender.submit(lambda: None).result(timeout=5)


def page_of(question: str) -> Page:
    """The page a question is on."""
    return next(page for page in PROTOCOL.pages.values() if question in page.questions)


def answers_of(case: str = "V000", **others: Any) -> dict[str, Any]:
    """What somebody of a worked case answers on the day of these tests."""
    facts = facts_of(PROTOCOL, CASES[case], CASES["V000"], on=protocols.day_of(NOW))
    return {**facts.given, "region": "US-CA", "legal_name": "Maya Canary Thompson", **others}


def consents(answers: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """The answers of the signing page."""
    given = answers or answers_of()
    return {name: given.get(name, "no" if name == "consent_prescriber" else None) for name in SIGN.questions} | others


def by_of(intake: Intake) -> Actor:
    """The patient of an intake."""
    return patient(intake.patient_id)


@pytest.fixture
def draft(db: None) -> Intake:
    """An intake of which nothing is filled in."""
    return actions.begin(by=Actor("visitor"), now=NOW)


@pytest.fixture
def fill(db: None) -> Fill:
    """Fills in an intake up to the signing page."""

    def fill_in(case: str = "V000", **others: Any) -> Intake:
        intake = actions.begin(by=Actor("visitor"), now=NOW)
        intake.answers = answers_of(case, **others)
        intake.visited = [page.id for page in PROTOCOL.pages.values() if page.kind != "sign"]
        intake.save()
        patient_of = intake.patient
        patient_of.born_on, patient_of.email = intake.answers["dob"], "maya@example.org"
        patient_of.email_index = ring().blind_index("email", patient_of.email)
        patient_of.save()
        return intake

    return fill_in


@pytest.fixture
def submit() -> Callable[..., ScreeningRecord]:
    """Signs and sends an intake."""

    def send(intake: Intake, name: str = "Maya Thompson", **others: Any) -> ScreeningRecord:
        return send_actions.submit(
            intake=intake,
            key=others.pop("key", intake.submit_key),
            name=name,
            consents=consents(intake.answers, **others),
            page=SIGN,
            by=by_of(intake),
            now=NOW,
        )

    return send


@pytest.fixture
def let_in(client: Client) -> Callable[[Intake], Client]:
    """A browser that belongs to the patient of an intake."""

    def enter(intake: Intake) -> Client:
        import time

        state = client.session
        state["patient"], state["patient_seen"] = str(intake.patient_id), int(time.time())
        state.save()
        return client

    return enter
