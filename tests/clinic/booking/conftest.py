"""A clinician with hours and a licence, patients who may book, and a browser that belongs to one of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import actors
from clinic.booking import actions, availability_actions
from clinic.booking.models import Appointment
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.actions import agree
from clinic.patients.models import Patient

NOON = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
"""Monday, November 30, 2026, 12:00 in Los Angeles."""
DESK = actors.system("test")


@pytest.fixture
def now() -> datetime:
    """The moment of every test here."""
    return NOON


@pytest.fixture
def at() -> Callable[..., datetime]:
    """A moment of the first week of December by the clocks in Los Angeles: `at(2, 9, 20)` is the 2nd, 9:20 am."""
    return lambda day, hour, minute=0: datetime(2026, 12, day, hour + 8, minute, tzinfo=UTC)


@pytest.fixture
def make_clinician(db: None) -> Callable[..., User]:
    """Somebody who sees patients of California on weekdays from 9 to 11, by phone, video and in person."""

    def make(name: str = "Dr. Ama Osei", *, regions: tuple[str, ...] = ("US-CA",), **hours: Any) -> User:
        clinician = User.objects.create_user(f"{uuid.uuid4()}@example.test", name=name, role=Role.CLINICIAN)
        for region in regions:
            availability_actions.license_for(clinician=clinician, region=region, by=DESK)
        rules = {
            "weekdays": range(5),
            "opens": time(9),
            "closes": time(11),
            "time_zone": "America/Los_Angeles",
            "modes": ["phone", "video", "in_person"],
            "valid_from": date(2026, 1, 1),
            "location": "midtown",
            "room": "1",
        } | hours
        availability_actions.offer_times(clinician=clinician, by=DESK, **rules)
        return clinician

    return make


@pytest.fixture
def clinician(make_clinician: Callable[..., User]) -> User:
    """One of them."""
    return make_clinician()


@pytest.fixture
def make_patient(db: None) -> Callable[..., Patient]:
    """Somebody in California whose form was sealed with this outcome; `ready_to_book` may book."""

    def make(outcome: str = "ready_to_book", region: str = "US-CA", **fields: Any) -> Patient:
        told = {
            "preferred_name": "Maya",
            "phone": "(555) 010-0199",
            "email": "maya@example.test",
            "safe_contact": "yes",
        }
        patient = Patient.objects.create(region=region, country=region[:2], **(told | fields))
        agree(
            patient=patient,
            kind="consent_sms",
            given=True,
            wording="Texts are fine.",
            wording_version="test",
            by=actors.patient(patient.pk),
            now=NOON - timedelta(1),
        )
        intake = Intake.objects.create(
            patient=patient, protocol="test", seal="s", state=Intake.State.SUBMITTED, submitted_at=NOON - timedelta(1)
        )
        ScreeningRecord.objects.create(
            intake=intake,
            protocol="test",
            seal="s",
            answers_hash="a",
            body_hash="b",
            answers={},
            result={},
            signature="Maya",
            outcome=outcome,
            priority="P4",
            screened_at=NOON - timedelta(1),
            due_at=NOON,
        )
        return patient

    return make


@pytest.fixture
def patient(make_patient: Callable[..., Patient]) -> Patient:
    """One of them."""
    return make_patient()


@pytest.fixture
def hold(now: datetime) -> Callable[..., Appointment]:
    """Hold a time by phone, now, unless told otherwise."""

    def held(patient: Patient, clinician: User, start: datetime, **changed: Any) -> Appointment:
        usual = {"mode": "phone", "by": actors.patient(patient.pk), "now": now}
        return actions.hold(patient=patient, clinician=clinician, start=start, **(usual | changed))

    return held


@pytest.fixture
def book(now: datetime) -> Callable[..., Appointment]:
    """Book a hold, now, unless told otherwise."""

    def booked(held: Appointment, **changed: Any) -> Appointment:
        usual = {
            "phone": "(555) 010-0199",
            "reminders": "email",
            "needs": ["captions"],
            "by": actors.patient(held.patient_id),
            "now": now,
        }
        return actions.book(appointment=held, **(usual | changed))

    return booked


@pytest.fixture
def frozen(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock stands at `now` until it is moved."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(frozen: time_machine.Traveller, patient: Patient) -> Client:
    """A browser that belongs to the patient."""
    return browser_of(patient)


@pytest.fixture
def browser_for(frozen: time_machine.Traveller) -> Callable[[Patient], Client]:
    """A browser that belongs to whom it is asked for."""
    return browser_of


def browser_of(patient: Patient) -> Client:
    client = Client()
    session = client.session
    session["patient"] = str(patient.pk)
    session["patient_seen"] = int(datetime.now(UTC).timestamp())
    session.save()
    return client
