"""May this patient book, for which days, and on what grounds: reviews are asked each time, nothing is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from clinic.booking.models import Appointment
from clinic.patients.models import Patient
from clinic.reviews.standing import BookingStanding, booking_standing


class NotAllowedToBook(Exception):
    """This patient may not book now; `waits_for` says in plain words what has to happen first."""

    def __init__(self, waits_for: str) -> None:
        super().__init__("not allowed to book")
        self.waits_for = waits_for


class AlreadyBooked(Exception):
    """This patient has an appointment to come; `appointment` is it."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__("already booked")
        self.appointment = appointment


@dataclass(frozen=True, slots=True)
class Allowed:
    """What allows a patient to book, as `kind:id`, and the moment before which a time must begin, if there is one."""

    basis: str
    until: datetime | None


def to_book(patient: Patient, *, now: datetime, moving: Appointment | None = None) -> Allowed:
    """What allows this patient to book a time now.

    Args:
        patient: who.
        now: the moment.
        moving: the appointment that they want to move; it is not in the way of its own new time.

    Raises:
        AlreadyBooked: they have an appointment to come; one at a time.
        NotAllowedToBook: they wait for something.
    """
    appointments = patient.appointments.upcoming(now).exclude(pk=moving.pk if moving else None)
    coming = appointments.select_related("patient", "clinician").first()
    if coming is not None:
        raise AlreadyBooked(coming)
    standing = booking_standing(patient, now=now)
    if not standing.may_book or standing.basis is None:
        raise NotAllowedToBook(standing.waits_for)
    return Allowed(f"{standing.basis._meta.model_name}:{standing.basis.pk}", ends_at(standing))


def ends_at(standing: BookingStanding) -> datetime | None:
    """The moment before which a time must begin: the end of the last day of the decision, if it has one."""
    last_day = getattr(standing.basis, "valid_until", None)
    if last_day is None:
        return None
    return datetime.combine(last_day + timedelta(days=1), time(0), ZoneInfo(settings.CLINIC_TIME_ZONE))
