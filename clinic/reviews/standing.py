"""May this patient book? Asked by booking at every step; whatever is not known is no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Decision, Route, Waiting

OPEN_WITHOUT_REVIEW: Final = frozenset({"ready_to_book", "prescriber_coordination"})
"""Outcomes under which a consultation may be booked with no decision. Source: clinical.md section 5.1."""

WAITS_FOR_FORM: Final = _("First we need your health form.")
WAITS_FOR_PERSON: Final = _(
    "Somebody from our team will talk with you before you choose a time. You do not need to do anything."
)
WAITS_FOR_READING: Final = _("A clinician is reading your answers. You do not need to do anything.")
WAITS_FOR_SECOND_LOOK: Final = _("A clinician is looking at your answers again. You do not need to do anything.")
WAITS_AFTER_ROUTE: Final = {
    Route.ASK_FOR_MORE: _("We have a question for you first. It is in the message we sent you."),
    Route.NOT_SUITABLE_NOW: _(
        "A clinician read your answers and thinks this care is not the safest choice for you right now. "
        "You can call us and ask for a second look."
    ),
    Route.URGENT_CONTACT_MADE: _("We spoke with you. A clinician is now looking at what comes next."),
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
    return booking_standings([patient.pk], now=now)[patient.pk]


def booking_standings(patients: Collection[UUID], *, now: datetime) -> dict[UUID, BookingStanding]:
    """The same for many patients at once, in four queries however many they are.

    Args:
        patients: their ids.
        now: the moment.
    """
    records = _latest_records(patients)
    decisions = {each.record_id: each for each in _standing().filter(record__in=[each.pk for each in records.values()])}
    flags: dict[UUID, list[datetime]] = defaultdict(list)
    looked_at_again = set(
        Waiting.objects.filter(record__intake__patient__in=patients, is_second_look=True).values_list(
            "record_id", flat=True
        )
    )
    raised = Intake.objects.filter(patient__in=patients, safety_raised_at__isnull=False)
    for patient, at in raised.values_list("patient_id", "safety_raised_at"):
        flags[patient].append(at)
    return {
        each: _of_record(record, decisions.get(record.pk), flags[each], record.pk in looked_at_again, now)
        if (record := records.get(each))
        else BookingStanding(False, WAITS_FOR_FORM, None)
        for each in patients
    }


def _of_record(
    record: ScreeningRecord, decision: Decision | None, flags: list[datetime], is_second_look: bool, now: datetime
) -> BookingStanding:
    if _has_open_flag(flags, decision):
        return BookingStanding(False, WAITS_FOR_PERSON, record)
    if decision is None:
        return _without_decision(record, is_second_look)
    if not decision.opens_booking:
        return BookingStanding(False, WAITS_AFTER_ROUTE[Route(decision.route)], decision)
    if _is_over(decision, now) or not _is_about(decision, record):
        return BookingStanding(False, WAITS_FOR_SECOND_LOOK, decision)
    return BookingStanding(True, "", decision)


def standing_decision(record: ScreeningRecord) -> Decision | None:
    """The decision about a record that stands, with who signed it and who spoke with the patient."""
    return _standing().filter(record=record).first()


def _standing() -> QuerySet[Decision]:
    return Decision.objects.standing().select_related("decided_by", "seconded_by", "first", "contacted_by")


def _latest_records(patients: Collection[UUID]) -> dict[UUID, ScreeningRecord]:
    """The latest record of each patient who has one."""
    records = ScreeningRecord.objects.filter(intake__patient__in=patients).annotate(whose=F("intake__patient_id"))
    latest = records.order_by("whose", "-screened_at", "-number").distinct("whose")
    return {record.whose: record for record in latest}


def _without_decision(record: ScreeningRecord, is_second_look: bool) -> BookingStanding:
    """What the outcome says by itself; after a first look nothing opens by itself any more."""
    if record.outcome in OPEN_WITHOUT_REVIEW:
        if is_second_look:
            return BookingStanding(False, WAITS_FOR_SECOND_LOOK, record)
        return BookingStanding(True, "", record)
    waits_for = WAITS_FOR_PERSON if record.outcome == "urgent" else WAITS_FOR_READING
    return BookingStanding(False, waits_for, record)


def _has_open_flag(flags: list[datetime], decision: Decision | None) -> bool:
    """A flag raised in any form of this patient, sent or not, after which nobody is known to have spoken with them."""
    if decision is None or decision.contacted_at is None:
        return bool(flags)
    return any(at >= decision.contacted_at + timedelta(minutes=1) for at in flags)


def _is_over(decision: Decision, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    return decision.valid_until is not None and decision.valid_until < today


def _is_about(decision: Decision, record: ScreeningRecord) -> bool:
    return decision.basis_answers_hash == record.answers_hash and decision.basis_seal == record.seal
