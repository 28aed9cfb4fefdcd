"""Which protocol an intake answers, and what the decision is told about the clinic and the day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.intake.models import Intake
from screening.facts import Clinic, Facts
from screening.journey import Journey
from screening.loader import published
from screening.medicine_facts import Listed
from screening.protocol import Protocol


class ProtocolChanged(Exception):
    """The files of the protocol an intake started under are not the same any more; a person looks."""


def current() -> Protocol:
    """The protocol that new intakes answer."""
    return published(settings.PROTOCOL)


def of(intake: Intake) -> Protocol:
    """The protocol this intake started under; a published protocol is never edited, so its name is enough."""
    return published(intake.protocol)


def clinic_facts() -> Clinic:
    """Where the clinic may treat, and how long the telehealth flexibility lasts."""
    return Clinic(settings.LICENSED_REGIONS, settings.TELEHEALTH_FLEXIBILITY_UNTIL)


def day_of(now: datetime) -> date:
    """The calendar day at the clinic, which decides ages and look-back."""
    return now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()


def listed(intake: Intake) -> tuple[Listed, ...]:
    """The medicines of an intake as the decision reads them."""
    return tuple(
        Listed(
            text=medicine["name"],
            status=medicine["status"],
            last_taken=date.fromisoformat(medicine["last_taken"]) if medicine.get("last_taken") else None,
            confirmed_as=medicine.get("confirmed_as", ""),
        )
        for medicine in intake.medicines
    )


def facts_of(intake: Intake, *, now: datetime, answers: dict[str, object] | None = None) -> Facts:
    """The facts of an intake, with its own answers or with others put in their place."""
    given = intake.answers if answers is None else answers
    return Facts(of(intake), given, day_of(now), clinic_facts(), listed(intake))


def journey_of(intake: Intake, *, now: datetime) -> Journey:
    """The walk of this intake through the pages of its protocol."""
    return Journey(facts_of(intake, now=now), frozenset(intake.visited))
