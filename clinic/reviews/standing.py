"""May this patient book? Asked by booking at every step; whatever is not known is no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Decision, Route, Waiting

OPEN_WITHOUT_REVIEW: Final = frozenset({"ready_to_book", "prescriber_coordination"})
"""Outcomes under which a consultation may be booked with no decision. Source: clinical.md section 5.1."""

WAITS_FOR_FORM: Final = "First we need your health form."
WAITS_FOR_PERSON: Final = (
    "Somebody from our team will talk with you before you choose a time. You do not need to do anything."
)
WAITS_FOR_READING: Final = "A clinician is reading your answers. You do not need to do anything."
WAITS_FOR_SECOND_LOOK: Final = "A clinician is looking at your answers again. You do not need to do anything."
WAITS_AFTER_ROUTE: Final = {
    Route.ASK_FOR_MORE: "We have a question for you first. It is in the message we sent you.",
    Route.NOT_SUITABLE_NOW: (
        "A clinician read your answers and thinks this care is not the safest choice for you right now. "
        "You can call us and ask for a second look."
    ),
    Route.URGENT_CONTACT_MADE: "We spoke with you. A clinician is now looking at what comes next.",
}


@dataclass(frozen=True, slots=True)
class BookingStanding:
    """Whether a patient may book, what it waits for in plain words when not, and what that rests on."""

    may_book: bool
    waits_for: str
    basis: Decision | ScreeningRecord | None


def booking_standing(patient: Patient, *, now: datetime) -> BookingStanding:
    """Whether a patient may book a consultation now.

    Args:
        patient: whose latest sealed record counts.
        now: the moment; a decision ends with its last day at the clinic.
    Source:
        clinical.md section 5.1: booking is open for ready_to_book and prescriber_coordination, after a review only by a
        decision, after an urgent answer never without one.
    """
    record = _latest_record(patient)
    if record is None:
        return BookingStanding(False, WAITS_FOR_FORM, None)
    decision = standing_decision(record)
    if _has_open_safety_flag(patient, decision):
        return BookingStanding(False, WAITS_FOR_PERSON, record)
    if decision is None:
        return _without_decision(record)
    if not decision.opens_booking:
        return BookingStanding(False, WAITS_AFTER_ROUTE[Route(decision.route)], decision)
    if _is_over(decision, now) or not _is_about(decision, record):
        return BookingStanding(False, WAITS_FOR_SECOND_LOOK, decision)
    return BookingStanding(True, "", decision)


def standing_decision(record: ScreeningRecord) -> Decision | None:
    """The decision about a record that stands, with who signed it and who spoke with the patient."""
    standing = Decision.objects.standing().filter(record=record)
    return standing.select_related("decided_by", "contacted_by").first()


def frozen(patients: Iterable[Patient], *, now: datetime) -> dict[UUID, BookingStanding]:
    """Which of these patients may not book as things stand, and what it waits for.

    An appointment of one of them rests on a decision that was taken back, ended or went stale, or on answers that
    changed: it is not to be carried out as it is, and a person looks.

    Args:
        patients: those with appointments.
        now: the moment.
    """
    asked = {patient.pk: booking_standing(patient, now=now) for patient in patients}
    return {key: standing for key, standing in asked.items() if not standing.may_book}


def _latest_record(patient: Patient) -> ScreeningRecord | None:
    records = ScreeningRecord.objects.filter(intake__patient=patient)
    return records.order_by("screened_at", "number").last()


def _without_decision(record: ScreeningRecord) -> BookingStanding:
    """What the outcome says by itself; after a first look nothing opens by itself any more."""
    if record.outcome in OPEN_WITHOUT_REVIEW:
        if Waiting.objects.filter(record=record, is_second_look=True).exists():
            return BookingStanding(False, WAITS_FOR_SECOND_LOOK, record)
        return BookingStanding(True, "", record)
    waits_for = WAITS_FOR_PERSON if record.outcome == "urgent" else WAITS_FOR_READING
    return BookingStanding(False, waits_for, record)


def _has_open_safety_flag(patient: Patient, decision: Decision | None) -> bool:
    """A flag raised in any form of this patient, sent or not, after which nobody is known to have spoken with them."""
    flags = Intake.objects.filter(patient=patient, safety_raised_at__isnull=False)
    if decision is not None and decision.contacted_at is not None:
        flags = flags.filter(safety_raised_at__gte=decision.contacted_at + timedelta(minutes=1))
    return flags.exists()


def _is_over(decision: Decision, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    return decision.valid_until is not None and decision.valid_until < today


def _is_about(decision: Decision, record: ScreeningRecord) -> bool:
    return decision.basis_answers_hash == record.answers_hash and decision.basis_seal == record.seal
