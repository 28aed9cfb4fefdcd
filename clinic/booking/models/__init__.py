"""The tables of booking: hours and licences, and the appointments."""

from clinic.booking.models.appointments import Appointment, AppointmentQuerySet
from clinic.booking.models.hours import Availability, License, Mode, TimeOff, is_a_time_zone, known_time_zones

__all__ = [
    "Appointment",
    "AppointmentQuerySet",
    "Availability",
    "License",
    "Mode",
    "TimeOff",
    "is_a_time_zone",
    "known_time_zones",
]
