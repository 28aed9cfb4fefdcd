"""Sealed records made by the real protocol and the real engine, for tests of what comes after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake import protocols, sealing
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews import actions
from clinic.reviews.models import Decision
from clinic.reviews.signing import Contact
from screening.cases import facts_of
from screening.loader import PROTOCOLS, load_cases

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
"""Tuesday, December 1, 2026, 9:00 am in Los Angeles."""
SENT = NOW - timedelta(hours=11)
WHY = "Read every answer, nothing else stands out."

READY: Mapping[str, Any] = {}
COORDINATION = {"med_none": "takes"}
REVIEW = {"hospital_psych": "gt_12m", "sa_history": "gt_12m"}
STOP = {"pregnancy_now": "yes", "mania_now": "yes", "mania_ever": "yes"}
URGENT = {"phq9": 1}
"""What differs from the baseline of the worked cases, for each outcome."""


@cache
def _baseline() -> dict[str, Any]:
    protocol = protocols.current()
    case = load_cases(PROTOCOLS / protocol.name, protocol)[0]
    return dict(facts_of(protocol, case, case, on=NOW.date()).given)


def clinician(name: str = "Dr. Ama Osei", role: Role = Role.CLINICIAN) -> User:
    """Somebody on the staff."""
    return User.objects.create_user(f"{name.split()[-1].lower()}@example.test", name=name, role=role)


def medicine(name: str, status: str = "taking", last_taken: str = "") -> dict[str, str]:
    """One line of a patient's own list."""
    return {"id": name, "name": name, "status": status, "dose": "", "last_taken": last_taken, "confirmed_as": ""}


def intake(changes: Mapping[str, Any] = READY, medicines: list[dict[str, str]] | None = None, **fields: Any) -> Intake:
    """A filled-in intake of Maya Thompson; a change to None leaves that question out."""
    patient = fields.pop("of", None) or Patient.objects.create(
        legal_name="Maya R. Thompson", preferred_name="Maya", born_on="1992-03-03", email="maya@example.test",
        phone="(555) 010-0199", safe_contact="yes", country="US", region="US-CA",
    )  # fmt: skip
    given = {**_baseline(), "dob": "1992-03-03", **changes}
    protocol = protocols.current()
    return Intake.objects.create(
        patient=patient,
        protocol=protocol.name,
        seal=protocol.seal,
        answers={name: answer for name, answer in given.items() if answer is not None},
        medicines=medicines or [],
        started_at=SENT - timedelta(minutes=20),
        **fields,
    )


def sealed(
    changes: Mapping[str, Any] = READY,
    medicines: list[dict[str, str]] | None = None,
    *,
    at: datetime = SENT,
    **fields: Any,
) -> ScreeningRecord:
    """An intake that was sent and screened."""
    sent = intake(changes, medicines, state=Intake.State.SUBMITTED, submitted_at=at, **fields)
    facts = protocols.facts_of(sent, now=at)
    record = sealing.record_of(intake=sent, facts=facts, signature="Maya R. Thompson", body_hash="0" * 64, now=at)
    record.save()
    return record


def sealed_again(record: ScreeningRecord, *, at: datetime) -> ScreeningRecord:
    """The next record of the same intake, as after an answer that was asked for."""
    copy = {field.name: getattr(record, field.name) for field in record._meta.fields if field.name not in ("id",)}
    return ScreeningRecord.objects.create(**copy | {"number": record.number + 1, "screened_at": at})


def decide(record: ScreeningRecord, by: User, route: str = "ready_to_book", **told: Any) -> Decision:
    """Sign a decision with everything that it may need, unless told otherwise."""
    given = {
        "reason": WHY,
        "reason_code": "judgement",
        "overrides_stop": True,
        "contact": Contact(NOW - timedelta(minutes=5), by),
        "basis_answers_hash": record.answers_hash,
        "basis_seal": record.seal,
        "now": NOW,
        "asks": ["bp_recent"] if route == "ask_for_more" else [],
    }
    return actions.decide(record=record, route=route, by=by.actor, **given | told)
