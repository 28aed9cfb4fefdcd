"""Rows that pages of the desk are about: a hold that was let go, a visit to come, weekly hours, a day off."""

from __future__ import annotations

from datetime import date, time, timedelta

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import availability_actions
from clinic.booking.models import Appointment
from clinic.intake.models import ScreeningRecord
from tests.clinic.reviews import records


def some_hours(clinician: User) -> dict[str, object]:
    """A weekly rule and a day off."""
    told = {"weekdays": [0], "opens": time(9), "closes": time(11), "modes": ["phone"], "valid_from": date(2026, 1, 1)}
    (rule,) = availability_actions.offer_times(clinician=clinician, time_zone="UTC", by=system("test"), **told)
    off = {"since": records.NOW, "until": records.NOW + timedelta(days=1), "reason": "leave"}
    absence = availability_actions.take_time_off(clinician=clinician, by=system("test"), **off)
    closed = availability_actions.close_for_holiday(day=date(2027, 1, 1), name="New year", by=system("test"))
    return {"end_hours": rule.pk, "give_back": absence.pk, "tell": ("away", absence.pk), "open_again": closed.pk}


def two_appointments(record: ScreeningRecord, clinician: User) -> tuple[Appointment, Appointment]:
    """A hold that was let go, and a visit of tomorrow."""
    told = {"patient": record.intake.patient, "clinician": clinician, "mode": "phone", "held_until": records.NOW}
    told |= {"time_zone": "America/Los_Angeles", "basis": "record:x"}
    begins = [records.NOW + timedelta(days=day) for day in (1, 2)]
    kept, visit = (
        Appointment(during=(begin, begin + timedelta(minutes=20)), state="released", **told) for begin in begins
    )
    visit.state, visit.booked_at, visit.booked_by = "booked", records.NOW, "patient:x"
    kept.save()
    visit.save()
    return kept, visit
