"""Thousands of forms that are filled in up to the signing page, made of one worked case each, with their browsers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.sessions.models import Session
from django.utils import timezone

from clinic.intake import protocols
from clinic.intake.consent_words import mark_of
from clinic.intake.models import Intake
from clinic.patients.models import Patient
from clinic.patients.references import new_reference
from clinic.patients.session import PATIENT, SEEN
from clinic.web.sessions import SessionStore
from screening.cases import facts_of
from tests.cases import CASES, PROTOCOL
from tests.clinic.intake.conftest import SIGN, consents

READY: Final = "V000"
IN_DANGER: Final = "V027"
"""Somebody who is ready, and somebody in danger, whose form also pages."""
CSRF: Final = "b" * 32
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Form:
    """What one browser sends when its button is pressed, and what it is known by."""

    reference: str
    key: str
    cookies: str
    body: str


def drafts(count: int, *, in_danger: int = 0) -> list[Form]:
    """So many forms ready to be signed; those of people in danger are spread evenly among them."""
    turns = [(number + 1) * in_danger // count - number * in_danger // count for number in range(count)]
    cases = [IN_DANGER if turn else READY for turn in turns]
    known: set[str] = set()
    return [form for first in range(0, count, AT_ONCE) for form in _some(cases[first : first + AT_ONCE], known)]


def _some(cases: list[str], known: set[str]) -> list[Form]:
    now = timezone.now()
    answers = {case: _answers(case, now) for case in set(cases)}
    patients = [_patient(answers[case]) for case in cases]
    intakes = [_intake(patient, answers[case], now) for patient, case in zip(patients, cases, strict=True)]
    visits = [_visit(patient) for patient in patients]
    for row in (*patients, *intakes):
        _call_unlike(row, known)
    Patient.objects.bulk_create(patients)
    Intake.objects.bulk_create(intakes)
    Session.objects.bulk_create(visits)
    told = {
        case: _told(next(each for each, its in zip(intakes, cases, strict=True) if its == case)) for case in answers
    }
    return [
        Form(
            intake.reference,
            str(intake.submit_key),
            f"sessionid={visit.session_key}; csrftoken={CSRF}",
            urlencode({**told[case], "key": str(intake.submit_key)}),
        )
        for intake, visit, case in zip(intakes, visits, cases, strict=True)
    ]


def _call_unlike(row: Patient | Intake, known: set[str]) -> None:
    """Of so many references two are alike once in a hundred runs."""
    while row.reference in known:
        row.reference = new_reference()
    known.add(row.reference)


def _answers(case: str, now: datetime) -> dict[str, Any]:
    given = facts_of(PROTOCOL, CASES[case], CASES["V000"], on=protocols.day_of(now)).given
    return {**given, "region": "US-CA", "legal_name": "Maya Canary Thompson"}


def _patient(answers: dict[str, Any]) -> Patient:
    return Patient(born_on=answers["dob"], email="maya@example.org", safe_contact="yes", country="US", region="US-CA")


def _intake(patient: Patient, answers: dict[str, Any], now: datetime) -> Intake:
    return Intake(
        patient=patient,
        protocol=PROTOCOL.name,
        seal=PROTOCOL.seal,
        answers=answers,
        visited=[page.id for page in PROTOCOL.pages.values() if page.kind != "sign"],
        started_at=now,
        saved_at=now,
    )


def _visit(patient: Patient) -> Session:
    visit = SessionStore()
    told = {PATIENT: str(patient.pk), SEEN: int(time.time())}
    return visit.create_model_instance(told)


def _told(intake: Intake) -> dict[str, str]:
    """The fields of the signing page, as it is answered for a case."""
    walk = protocols.journey_of(intake, now=timezone.now())
    agreed = {name: answer for name, answer in consents(intake.answers).items() if answer is not None}
    asked = {name: agreed.get(name, "yes") for name in walk.questions_on(SIGN)}
    read = mark_of(walk.facts.protocol, asked)
    return {**asked, "signature": "Maya Thompson", "read": read, "csrfmiddlewaretoken": CSRF}
