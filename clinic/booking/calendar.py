"""Days of the clinic for the staff: who meets whom, when, and what they need; never an answer or a finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from clinic.booking import zones
from clinic.booking.answered import answered, code_of
from clinic.booking.displaced import on_hold
from clinic.booking.models import Appointment, Mode, TimeOff
from clinic.booking.models.appointments import OVER
from clinic.booking.words import needs_in_words
from clinic.vault.fields import opened
from clinic.web.places import LOCATIONS

MODE_ICONS: Final = {Mode.PHONE: "phone", Mode.VIDEO: "video", Mode.IN_PERSON: "pin"}
"""The icon of each way to meet; its word always stands beside it."""

NOT_READABLE: Final = "not readable"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a day: an appointment, or a stretch of time off without a patient."""

    clinician: str
    clinician_id: int
    start: datetime
    end: datetime
    clock: str
    state: str
    mode: str = ""
    icon: str = ""
    place: str = ""
    location: str = ""
    code: str = "off"
    reference: str = ""
    patient_reference: str = ""
    called: str = ""
    phone: str = ""
    needs: tuple[str, ...] = ()
    patient_clock: str = ""
    moved_from: str = ""
    on_hold: str = ""
    because: str = ""
    overbooked: str = ""
    answer: str = ""


def day(on: date, *, zone: str, now: datetime, clinician_id: int | None = None) -> list[Entry]:
    """The day of every clinician, or of one, in the order of the clock; see `days`."""
    return days(on, on, zone=zone, now=now, clinician_id=clinician_id)


def days(first: date, last: date, *, zone: str, now: datetime, clinician_id: int | None = None) -> list[Entry]:
    """The days of every clinician, or of one, in the order of the clock. Nine queries at most.

    Args:
        first, last: local days, both included.
        zone: whose midnight begins it, and whose clocks are shown.
        now: the moment; holds that have expired by then are left out.
        clinician_id: only this clinician.
    """
    begin, end = bounds(first, last, zone)
    shown = Appointment.objects.in_the_way(now) | Appointment.objects.filter(state__in=OVER)
    appointments = shown.filter(during__overlap=(begin, end)).select_related("patient", "clinician")
    appointments = appointments.prefetch_related(Prefetch("given_up", Appointment.objects.order_by("sequence")))
    absences = TimeOff.objects.filter(during__overlap=(begin, end)).select_related("clinician")
    if clinician_id is not None:
        appointments, absences = (rows.filter(clinician=clinician_id) for rows in (appointments, absences))
    held_up = on_hold(appointments, now=now)
    said = answered(appointments)
    entries = [_appointment(each, zone, held_up.get(each.pk, ""), said.get(each.pk, "")) for each in appointments]
    entries += [_absence(each, begin, end, zone) for each in absences]
    return sorted(entries, key=lambda entry: (entry.start, entry.clinician))


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The moments at which the first local day begins and the last one ends."""
    begin, end = (datetime.combine(each, time(0), ZoneInfo(zone)) for each in (first, last + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def _appointment(appointment: Appointment, zone: str, on_hold: str, answer: str) -> Entry:
    patient = appointment.patient
    theirs = appointment.time_zone
    return Entry(
        clinician=appointment.clinician.name,
        clinician_id=appointment.clinician_id,
        start=appointment.start,
        end=appointment.end,
        clock=zones.clock(appointment.start, zone),
        state=appointment.get_state_display().lower(),
        mode=Mode(appointment.mode).label,
        icon=MODE_ICONS[Mode(appointment.mode)],
        place=_place(appointment),
        location=appointment.location,
        code=code_of(appointment, answer),
        reference=appointment.reference,
        patient_reference=patient.reference,
        called=patient.called,
        phone=str(opened(appointment, "phone", NOT_READABLE) or ""),
        needs=_needs(appointment),
        patient_clock=f"{zones.clock(appointment.start, theirs)} {zones.name(theirs)}"
        if zones.differ(appointment.start, zone, theirs)
        else "",
        moved_from=_moved_from(appointment, zone),
        on_hold=on_hold,
        overbooked=str(opened(appointment, "overbook_reason", NOT_READABLE) or ""),
        because=appointment.offered_because if appointment.state == Appointment.State.OFFERED else "",
        answer="" if appointment.is_here else answer,
    )


def _needs(appointment: Appointment) -> tuple[str, ...]:
    codes = opened(appointment, "needs", None)
    return needs_in_words(codes) if codes is not None else ("What they need is not readable",)


def _moved_from(appointment: Appointment, zone: str) -> str:
    """The time it had before it was last moved; nothing when it never was."""
    left = [each for each in appointment.given_up.all() if each.state == Appointment.State.MOVED]
    return (
        f"{zones.short_day(zones.local(left[-1].start, zone).date())} at {zones.clock(left[-1].start, zone)}"
        if left
        else ""
    )


def _absence(absence: TimeOff, begin: datetime, end: datetime, zone: str) -> Entry:
    start = max(absence.during.lower or begin, begin)
    return Entry(
        clinician=absence.clinician.name,
        clinician_id=absence.clinician_id,
        start=start,
        end=min(absence.during.upper or end, end),
        clock=zones.clock(start, zone),
        state="time off",
    )


def _place(appointment: Appointment) -> str:
    names = {place["slug"]: place["name"] for place in LOCATIONS}
    place = names.get(appointment.location, appointment.location)
    return ", ".join(filter(None, (place, appointment.room)))
