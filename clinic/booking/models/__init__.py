"""The tables of booking: hours and licences, the appointments, the waiting list, the feeds."""

from clinic.booking.models.appointments import Appointment, AppointmentQuerySet
from clinic.booking.models.feeds import Feed
from clinic.booking.models.hours import (
    SEES_PATIENTS,
    Availability,
    Holiday,
    JoiningAddress,
    Language,
    License,
    Mode,
    TimeOff,
    is_a_time_zone,
    known_time_zones,
)
from clinic.booking.models.waiting import Part, WaitingPlace

__all__ = [
    "SEES_PATIENTS",
    "Appointment",
    "AppointmentQuerySet",
    "Availability",
    "Feed",
    "Holiday",
    "JoiningAddress",
    "Language",
    "License",
    "Mode",
    "Part",
    "TimeOff",
    "WaitingPlace",
    "is_a_time_zone",
    "known_time_zones",
]
