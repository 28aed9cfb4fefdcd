"""Patients, forms, records, decisions and appointments to follow up on, and a broker that notes what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic import celery
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import Actor, system
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment, License
from clinic.followups import actions
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.actions import agree
from clinic.patients.models import Patient
from clinic.reviews.models import Decision

NOW = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning at the clinic in Los Angeles."""
BY: Actor = system("test")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What was given to the broker."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: sent.append({"name": name, **options}))
    yield sent
    celery._sender.submit(lambda: None).result(timeout=5)


@pytest.fixture(autouse=True)
def mail(settings: Any, tmp_path: Any) -> Any:
    """The folder that e-mails are written to."""
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_URL = ""
    return settings.MAIL_DIR


@pytest.fixture
def patient(db: None) -> Patient:
    """Somebody in Los Angeles who said that messages are safe."""
    return a_patient()


@pytest.fixture
def clinician(db: None) -> User:
    """Somebody who decides."""
    return User.objects.create_user("dr@larkfield.example", name="Dr. Osei", role=Role.CLINICIAN)


def a_patient(**changes: Any) -> Patient:
    """A patient who can be written to."""
    given = {
        "legal_name": "Maya Rose Thompson",
        "email": "maya@mail.example",
        "phone": "+1 555 010 0199",
        "safe_contact": "yes",
        "country": "US",
        "region": "US-CA",
        "time_zone": "America/Los_Angeles",
    }
    return Patient.objects.create(**(given | changes))


def an_intake(patient: Patient, **changes: Any) -> Intake:
    """A draft that was saved just now."""
    given = {"patient": patient, "protocol": "2026-11", "seal": "0" * 64, "started_at": NOW, "saved_at": NOW}
    return Intake.objects.create(**(given | changes))


def a_record(patient: Patient, outcome: str, priority: str, *, at: datetime = NOW, **of_intake: Any) -> ScreeningRecord:
    """A form that was sent, and its sealed record."""
    intake = an_intake(patient, state="submitted", submitted_at=at, saved_at=at, **of_intake)
    return another_record(intake, outcome, priority, at=at, number=1)


def another_record(
    intake: Intake, outcome: str, priority: str, *, at: datetime, number: int, small_amounts: str = "no"
) -> ScreeningRecord:
    """A sealed record of a form."""
    return ScreeningRecord.objects.create(
        intake=intake,
        number=number,
        protocol="2026-11",
        seal="0" * 64,
        answers_hash="0" * 64,
        body_hash="0" * 64,
        answers={"answers": {"microdosing_now": small_amounts}, "medicines": []},
        result={"findings": []},
        signature={},
        outcome=outcome,
        priority=priority,
        screened_at=at,
        due_at=at + DAY,
    )


def a_decision(
    record: ScreeningRecord, route: str, by: User, *, at: datetime = NOW, contacted_at: datetime | None = None
) -> Decision:
    """A standing decision about a record."""
    return Decision.objects.create(
        record=record,
        route=route,
        reason="",
        conditions="",
        decided_at=at,
        decided_by=by,
        contacted_at=contacted_at,
        contacted_by=by if contacted_at else None,
        basis_answers_hash="0" * 64,
        basis_seal="0" * 64,
    )


def revoke(decision: Decision, by: User, *, at: datetime) -> None:
    """Take a decision back."""
    decision.revoked_at, decision.revoked_by = at, by
    decision.save(update_fields=["revoked_at", "revoked_by"])


def an_appointment(
    patient: Patient, clinician: User, start: datetime, *, state: str = "booked", **changes: Any
) -> Appointment:
    """An appointment of twenty minutes with somebody who is licensed where the patient is."""
    License.objects.get_or_create(clinician=clinician, region=patient.region)
    given = {
        "patient": patient,
        "clinician": clinician,
        "during": (start, start + 20 * MINUTE),
        "mode": "phone",
        "time_zone": "America/Los_Angeles",
        "state": state,
        "held_until": NOW,
        "booked_at": NOW,
        "booked_by": "test",
        "reminders": "email",
        "basis": "test:1",
    }
    if state in ("completed", "no_show"):
        given |= {"over_at": NOW, "over_by": "test"}
    return Appointment.objects.get(pk=Appointment.objects.create(**(given | changes)).pk)


def plan(now: datetime = NOW) -> int:
    """Plan what follows from everything there is."""
    return actions.plan(now=now, by=BY)


def do_due(now: datetime = NOW) -> int:
    """What the beat does every minute: plan, take back, do."""
    actions.plan(now=now, by=BY)
    actions.withdraw(by=BY)
    return actions.do_due(now=now, by=BY)


def planned(*plans: str) -> dict[str, FollowUp]:
    """The follow-ups there are, by plan; only these plans when some are named."""
    rows = FollowUp.objects.filter(plan__in=plans) if plans else FollowUp.objects.all()
    found = {row.plan: row for row in rows}
    assert len(found) == rows.count(), "the same plan twice"
    return found


def audit_of(follow_up: FollowUp) -> list[str]:
    """What the record says was done with a follow-up, in order."""
    lines = AuditEvent.objects.filter(subject=f"followup:{follow_up.pk}").order_by("id")
    return list(lines.values_list("action", flat=True))


def opt_out(patient: Patient, at: datetime = NOW) -> None:
    """They ask for no more messages."""
    agree(patient=patient, kind="messages", given=False, wording="STOP", wording_version="v", by=BY, now=at)
