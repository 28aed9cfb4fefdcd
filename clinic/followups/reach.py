"""How the message of a follow-up goes out: with which words, by which channel, until when, or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Substr

from clinic.booking.models import Appointment
from clinic.booking.zones import in_words
from clinic.followups.coverage import PATIENT_ONLY, TEMPLATES, good_for
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from clinic.notifications.recheck import may_write_to
from clinic.notifications.stopping import TEXT_CONSENT, is_stopped
from clinic.patients import languages
from clinic.patients.actions import has_agreed
from clinic.patients.models import Patient

KEY: Final = "followup:"
"""How the key of the message of a follow-up begins; its id stands behind it."""
TEXT_ONLY: Final = "SMS if opted in"
EMAIL_OR_TEXT: Final = "email or SMS if opted in"
REMINDS: Final = "cancelled"
"""The stop condition of everything that comes before an appointment."""
TEXTED_LAST: Final = (Appointment.Reminders.TEXT, Appointment.Reminders.BOTH)
"""Who gets the reminder two hours before, which goes out by text only; with both, the earlier ones are e-mails."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything the queue needs to know about one message."""

    template: str
    channel: str
    about: dict[str, str]
    good_until: datetime


@dataclass(frozen=True, slots=True)
class CannotWrite:
    """Why the patient cannot be written to; `call` when somebody has to tell them by phone instead."""

    reason: str
    call: bool


def letter_for(follow_up: FollowUp) -> Letter | CannotWrite:
    """The message of a follow-up for a patient, or why there is none.

    Args:
        follow_up: one whose audience is the patient.
    """
    patient = follow_up.patient
    appointment = _appointment(follow_up)
    channel = _channel(follow_up, appointment)
    may_call = follow_up.plan not in PATIENT_ONLY
    if not may_write_to(patient):
        return CannotWrite("they have not said that messages are safe", may_call)
    if channel == Message.Channel.SMS and appointment is not None and appointment.reminders not in TEXTED_LAST:
        return CannotWrite("they chose reminders by e-mail", may_call)
    if channel == Message.Channel.SMS and not has_agreed(patient, TEXT_CONSENT):
        return CannotWrite("no consent for text messages", may_call)
    if not _has_address(patient, channel):
        return CannotWrite(f"no address for {channel}", may_call)
    if is_stopped(patient, channel):
        return CannotWrite(f"their address for {channel} is closed", may_call)
    about, good_until = {"follow_up": str(follow_up.pk)}, follow_up.due_at + good_for(follow_up.plan)
    if appointment is not None:
        good_until = min(good_until, appointment.start)
        with languages.of(patient):
            when = in_words(appointment.start, appointment.time_zone)
        about |= {"appointment": str(appointment.pk), "sequence": str(appointment.sequence), "when": when}
    return Letter(TEMPLATES[follow_up.plan], channel, about, good_until)


def not_sent() -> QuerySet[Any, Any]:
    """The ids of the follow-ups whose messages wait, are on their way or were given up."""
    given_up = Q(state=Message.State.FAILED, is_urgent=False)
    waiting = Message.objects.filter(Q(state__in=[Message.State.DUE, Message.State.CLAIMED]) | given_up)
    of_each = waiting.filter(key__startswith=KEY).annotate(of=Cast(Substr("key", len(KEY) + 1), UUIDField()))
    return of_each.values("of")


def reference_of(follow_up: FollowUp) -> str:
    """The reference of the form that a follow-up is about; of the patient, when it is about no form."""
    intake = Intake.objects.filter(Q(pk=follow_up.row_id) | Q(records=follow_up.row_id)).first()
    return intake.reference if intake else follow_up.patient.reference


def _appointment(follow_up: FollowUp) -> Appointment | None:
    """The appointment a follow-up reminds of; after an appointment there is nothing to remind of."""
    if follow_up.stop_condition != REMINDS:
        return None
    return Appointment.objects.get(pk=follow_up.row_id)


def _channel(follow_up: FollowUp, appointment: Appointment | None) -> str:
    """Text only when the protocol allows nothing else, or the patient chose text and agreed to it."""
    if follow_up.channel == TEXT_ONLY:
        return Message.Channel.SMS
    if follow_up.channel == EMAIL_OR_TEXT and _chose_text(appointment) and has_agreed(follow_up.patient, TEXT_CONSENT):
        return Message.Channel.SMS
    return Message.Channel.EMAIL


def _chose_text(appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.reminders == Appointment.Reminders.TEXT


def _has_address(patient: Patient, channel: str) -> bool:
    given = patient.phone if channel == Message.Channel.SMS else patient.email
    return bool(str(given or "").strip())
