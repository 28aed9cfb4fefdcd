"""What is asked again at the moment of sending: is it too late, may we write, how, and is it night there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from clinic.notifications.hours import quiet_until, zone_of
from clinic.notifications.models import Message
from clinic.notifications.stopping import TEXT_CONSENT, is_stopped
from clinic.patients.actions import has_agreed
from clinic.patients.models import Patient
from clinic.patients.phones import international

ASKED_FOR: Final = frozenset({"resume-link", "status-link"})
"""Templates that go to an address which the patient typed a moment ago in order to get them."""
SAFE_TO_WRITE: Final = "yes"
PAUSED: Final = "they want a pause"


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why a message does not go out now, and what becomes of its row.

    `due_at` is when it is looked at again, if it is only put off; `was_tried` is false when nothing went wrong.
    """

    state: Message.State
    reason: str
    due_at: datetime | None = None
    was_tried: bool = True


def reason_not_to_send(message: Message, *, now: datetime) -> NotNow | None:
    """Look again at everything that may have changed since a message was queued.

    Args:
        message: with its patient.
        now: the moment.
    Returns:
        None when it may go out. A message that is no longer wanted is cancelled; one that somebody must be told in
        another way is failed, so that a person sees it.
    """
    if message.too_late_at and now > message.too_late_at:
        return NotNow(Message.State.CANCELLED, "too late")
    if message.staff:
        return NotNow(Message.State.CANCELLED, "their access ended") if message.staff.ended_at else None
    if message.to_role or message.patient is None:
        return None if address_of(message) else NotNow(Message.State.FAILED, "no address for this role")
    patient = message.patient
    return _not_to_this_patient(message, patient) or _paused(message, patient, now) or _not_at_this_hour(message, now)


def _not_to_this_patient(message: Message, patient: Patient) -> NotNow | None:
    if message.template not in ASKED_FOR and not may_write_to(patient):
        return NotNow(Message.State.FAILED, "they have not said that messages are safe: call them")
    if message.channel == Message.Channel.SMS and not has_agreed(patient, TEXT_CONSENT):
        return NotNow(Message.State.CANCELLED, "no consent for text messages")
    if not address_of(message):
        return NotNow(Message.State.FAILED, f"no address for {message.channel}")
    if is_stopped(patient, message.channel):
        return NotNow(Message.State.FAILED, f"their address for {message.channel} is closed: call them")
    return None


def _paused(message: Message, patient: Patient, now: datetime) -> NotNow | None:
    until = patient.paused_until
    if not message.may_pause or until is None or until <= now:
        return None
    if message.too_late_at and until > message.too_late_at:
        return NotNow(Message.State.CANCELLED, PAUSED)
    return NotNow(Message.State.DUE, PAUSED, until, was_tried=False)


def _not_at_this_hour(message: Message, now: datetime) -> NotNow | None:
    if message.is_urgent or not message.keeps_quiet_hours:
        return None
    morning = quiet_until(now, zone_of(message.patient))
    if morning is None:
        return None
    if message.too_late_at and morning > message.too_late_at:
        return NotNow(Message.State.CANCELLED, "too late once the night is over")
    return NotNow(Message.State.DUE, "quiet hours", morning, was_tried=False)


def may_write_to(patient: Patient) -> bool:
    """True only when the patient said that messages are safe; no answer and "not sure" are not yes."""
    return patient.safe_contact == SAFE_TO_WRITE


def address_of(message: Message) -> str:
    """Where a message goes; nothing when that is not known."""
    if message.staff:
        return message.staff.email
    if message.channel == Message.Channel.PAGER:
        return settings.PAGER_URL or settings.ON_CALL_EMAIL
    if message.to_role or message.patient is None:
        return ""
    if message.channel == Message.Channel.SMS:
        given = str(message.patient.phone or "").strip()
        return international(given, message.patient.country) or given
    return str(message.patient.email or "").strip()
