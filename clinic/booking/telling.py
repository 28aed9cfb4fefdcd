"""What follows from each change of an appointment: a message to its patient, and a line on the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from clinic.audit.actors import Actor
from clinic.audit.record import Detail, record
from clinic.booking import zones
from clinic.booking.models import Appointment
from clinic.booking.waiting import reason_now
from clinic.notifications import actions as messages
from clinic.patients import languages

OFFERED = Appointment.State.OFFERED


def tell(template: str, appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Queue a message about an appointment to its patient, in the place of every earlier one that is not sent yet."""
    take_back(appointment, template, by=by)
    tell_besides(template, appointment, key=f"{template}:{appointment.pk}:{appointment.sequence}", by=by, now=now)


def tell_besides(template: str, appointment: Appointment, *, key: str, by: Actor, now: datetime) -> None:
    """Queue a message about an appointment to its patient; earlier ones about it, such as reminders, stay."""
    with languages.of(appointment.patient):
        about = _about(appointment)
    messages.queue(
        key=key,
        template=template,
        patient=appointment.patient,
        about=about,
        by=by,
        now=now,
        good_for=(appointment.held_until if appointment.state == OFFERED else appointment.start) - now,
        keeps_quiet_hours=False,
    )


def take_back(appointment: Appointment, reason: str, *, by: Actor) -> None:
    """Take back every message about an appointment that is not sent yet."""
    about = {"appointment": str(appointment.pk)}
    messages.cancel_about(patient=appointment.patient, about=about, reason=reason, by=by)


def _about(appointment: Appointment) -> dict[str, str]:
    """What the message says of it, in the language of the patient: it is kept as words until it is sent."""
    zone = appointment.time_zone
    about = {"appointment": str(appointment.pk), "sequence": str(appointment.sequence)}
    about["when"] = zones.in_words(appointment.start, zone)
    if appointment.state == OFFERED:
        about |= {"until": zones.clock(appointment.held_until, zone), "because": reason_now(appointment)}
    return about


def note(appointment: Appointment, action: str, *, by: Actor, why: str = "", detail: Mapping[str, Detail]) -> None:
    """Write the audit line of one appointment."""
    subject = f"appointment:{appointment.pk}"
    record(by=by, action=action, subject=subject, patient=appointment.patient_id, why=why, detail=detail)


def note_released(released: Iterable[Appointment], *, by: Actor) -> None:
    """Write the audit line of each hold that was let go."""
    for appointment in released:
        note(appointment, "booking.release", by=by, detail={"held_until": appointment.held_until.isoformat()})
