"""Whom an exception touches as rows of a page: who can be told of it together, who was told, whom to call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings

from clinic.booking import cannot_keep, hours_preview, zones
from clinic.booking.cannot_keep import CALL, CHOOSE
from clinic.booking.models import Appointment, Holiday, License, Mode, TimeOff
from clinic.intake.countries import NAMES
from clinic.notifications.models import Message, StoppedAddress
from clinic.notifications.recheck import may_write_to
from clinic.patients.models import Patient

TOLD: Final = {CHOOSE: "Asked to choose another time", CALL: "Told that we call them"}
NOT_SENT: Final = "The message could not be sent: call them"
NO_MESSAGES: Final = "They have not said that messages are safe: call them"
NO_ADDRESS: Final = "We have no email address of theirs: call them"
CLOSED: Final = "Their email address is closed: call them"


@dataclass(frozen=True, slots=True)
class Line:
    """One visit; `told` is what its patient was told and when, `call` why they can only be called."""

    visit: Appointment
    name: str
    when: str
    how: str
    told: str
    call: str

    @property
    def may_be_told(self) -> bool:
        """True when a message would reach them, and none was written yet."""
        return not self.told and not self.call


def lines(exception: cannot_keep.Row, *, now: datetime) -> list[Line]:
    """The visits it touches, soonest first. A constant number of queries."""
    visits = cannot_keep.touched(exception, now=now)
    told = cannot_keep.told(exception, visits)
    people = [each.patient_id for each in visits]
    by_email = StoppedAddress.objects.filter(channel=Message.Channel.EMAIL, lifted_at__isnull=True)
    closed = set(by_email.filter(patient__in=people).values_list("patient", "address"))
    return [_line(each, told.get(each.patient_id), closed) for each in visits]


def _line(visit: Appointment, message: Message | None, closed: Collection[tuple[object, str]]) -> Line:
    who, how = visit.patient, f"{Mode(visit.mode).label}, {visit.clinician.name}"
    told = in_words(message) if message else ""
    is_failed = message is not None and message.state == Message.State.FAILED
    call = (NOT_SENT if is_failed else "") if message else _why_to_call(who, closed)
    return Line(visit, str(who.legal_name or who.called), _clock(visit.start), how, told, call)


def in_words(message: Message) -> str:
    """What somebody was told of a visit, and when, by the clock of the clinic."""
    return f"{TOLD[message.template]}, {_clock(message.created_at)}"


def _why_to_call(patient: Patient, closed: Collection[tuple[object, str]]) -> str:
    if not may_write_to(patient):
        return NO_MESSAGES
    if not patient.email:
        return NO_ADDRESS
    return CLOSED if (patient.pk, patient.email_index) in closed else ""


def said(exception: cannot_keep.Row) -> str:
    """The exception in a sentence."""
    if isinstance(exception, Holiday):
        return f"{exception.place or 'The whole clinic'} is closed on {zones.short_day(exception.day)}."
    who = exception.clinician.name
    if isinstance(exception, TimeOff):
        return f"{who} is away from {_clock(exception.during.lower)} to {_clock(exception.during.upper)}."
    if isinstance(exception, License):
        where = NAMES.get(exception.region, exception.region)
        return f"The license of {who} in {where}: last day {_day(exception.expires_on)}."
    return f"Hours of {who}, {hours_preview.in_words(exception)}: last day {_day(exception.valid_to)}."


def _day(day: date | None) -> str:
    return zones.short_day(day) if day else "not said"


def _clock(moment: datetime) -> str:
    local = zones.local(moment, settings.CLINIC_TIME_ZONE)
    return f"{zones.short_day(local.date())} at {zones.clock(moment, settings.CLINIC_TIME_ZONE)}"
