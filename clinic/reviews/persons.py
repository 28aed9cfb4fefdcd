"""Whom a page of the staff is about, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from clinic.intake.countries import NAMES
from clinic.intake.models import Intake
from clinic.patients import languages
from clinic.patients.models import Patient
from clinic.reviews import words


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a page is about."""

    name: str
    about: str
    reference: str
    sent: str
    lives_in: str


def person(patient: Patient, intake: Intake, *, now: datetime, pronouns: str = "") -> Person:
    """Whom an intake is about.

    Args:
        patient: who.
        intake: which form.
        now: the moment.
        pronouns: when they are known.
    """
    today = timezone.localtime(now).date()
    years = words.age(patient.born_on, on=today)
    born = f"born {words.day_of(date.fromisoformat(patient.born_on), today=today)}" if years is not None else ""
    reads = languages.name_of(patient)
    about = [str(years) if years is not None else "age not known", pronouns, born, f"reads {reads}" if reads else ""]
    sent_at = intake.submitted_at
    return Person(
        name=str(patient.legal_name or patient.preferred_name or patient.reference),
        about=", ".join(filter(None, about)),
        reference=intake.reference,
        sent=f"Sent {words.moment(sent_at, now=now)}, {words.length(now - sent_at)} ago" if sent_at else "Not sent yet",
        lives_in=_lives_in(patient),
    )


def _lives_in(patient: Patient) -> str:
    """`California`, or the country where the region is not known."""
    known = (patient.region, f"{patient.country}-{patient.region}", patient.country)
    return next((NAMES[code] for code in known if code in NAMES), patient.region)
