"""How a patient can be reminded: only by what is open to them, so that nobody waits for a message that never comes."""

from __future__ import annotations

from clinic.booking.models import Appointment
from clinic.notifications.recheck import TEXT_CONSENT, may_write_to
from clinic.patients.actions import has_agreed
from clinic.patients.models import Patient

Reminders = Appointment.Reminders


def open_to(patient: Patient) -> list[Reminders]:
    """The reminders this patient can choose; only `NONE` for somebody who has not said that messages are safe."""
    if not may_write_to(patient):
        return [Reminders.NONE]
    by_email = bool(patient.email)
    by_text = bool(patient.phone) and has_agreed(patient, TEXT_CONSENT)
    is_open = {Reminders.EMAIL: by_email, Reminders.TEXT: by_text, Reminders.BOTH: by_email and by_text}
    return [choice for choice in Reminders if is_open.get(choice, True)]
