"""Why a time is not free: every rule that excludes it, by name; none when it can be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.booking import zones
from clinic.booking.allowed import ends_at
from clinic.booking.hours_preview import in_words
from clinic.booking.local_times import slots_on
from clinic.booking.may_be_booked import may_be_booked
from clinic.booking.models import Appointment, AppointmentQuerySet, Availability, Holiday, License, Mode, TimeOff
from clinic.booking.models.appointments import OVER
from clinic.booking.wanted import clock
from clinic.booking.words import WEEKDAYS
from clinic.patients.models import Patient
from clinic.reviews.standing import booking_standing
from clinic.web.places import place_name

NEAREST: Final = 2


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that excludes the time: what it is called, what it says, and the appointment it is about."""

    rule: str
    words: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A time that is asked about; an empty mode or location is any, no patient is anybody."""

    clinician: User
    start: datetime
    mode: str = ""
    location: str = ""
    patient: Patient | None = None


def why_not(asked: Question, *, now: datetime) -> list[Reason]:
    """Every rule that excludes a time; none when it is free. At most fourteen queries and one for each weekly rule.

    Args:
        asked: the time, with whom, and for whom.
        now: the moment.
    """
    found = [*_of_the_moment(asked, now), *_of_the_clinician(asked), *_of_the_patient(asked, now)]
    return [*found, *_of_the_hours(asked, now)]


def _of_the_moment(asked: Question, now: datetime) -> Iterator[Reason]:
    if asked.start <= now:
        yield Reason("Past", "This time has passed.")


def _of_the_clinician(asked: Question) -> Iterator[Reason]:
    who, name = asked.clinician, asked.clinician.name
    if not who.may(Permission.DECIDE):
        yield Reason("Access", f"{name} does not see patients now.")
    if asked.patient is None:
        return
    licence = License.objects.filter(clinician=who, region=asked.patient.region).exclude(region="").first()
    if licence is None:
        yield Reason("License", f"{name} is not licensed where the patient lives.")
    elif licence.expires_on and licence.expires_on < min(_local_days(asked), default=date.max):
        yield Reason("License", f"{name} is licensed there until {zones.day_in_words(licence.expires_on)}.")


def _local_days(asked: Question) -> list[date]:
    """The local days of the time, one for each zone in which the clinician has hours."""
    used = asked.clinician.availability.values_list("time_zone", flat=True).distinct()
    return [asked.start.astimezone(ZoneInfo(each)).date() for each in used]


def _of_the_patient(asked: Question, now: datetime) -> Iterator[Reason]:
    if asked.patient is None:
        return
    may = may_be_booked(asked.patient, now=now)
    until = ends_at(booking_standing(asked.patient, now=now))
    if not may.is_open:
        yield Reason("Patient", f"{may.word}: {may.why}")
    elif until is not None and asked.start >= until:
        last = zones.day_in_words((until - timedelta(days=1)).date())
        yield Reason("Patient", f"They can be booked until {last}, the last day that the clinician set.")
    coming = asked.patient.appointments.upcoming(now).select_related("clinician").first()
    if coming is not None:
        yield Reason("Patient", f"They have an appointment, {coming.reference}. Move that one.", coming.reference)


def _of_the_hours(asked: Question, now: datetime) -> list[Reason]:
    """Nothing when one weekly rule lets the time be had, otherwise what each of them excludes."""
    rules = list(asked.clinician.availability.order_by("weekday", "opens"))
    that_day = [rule for rule in rules if _local(asked, rule).weekday() == rule.weekday]
    if not that_day:
        day = WEEKDAYS[zones.local(asked.start, zones.of_location(asked.location)).weekday()]
        return [Reason("Hours", f"{asked.clinician.name} has no hours on a {day}.")]
    found: list[Reason] = []
    for rule in that_day:
        reasons = [*_of_rule(asked, rule), *_of_booking_ahead(asked, rule, now), *_of_what_is_there(asked, rule, now)]
        if not reasons:
            return []
        found += [reason for reason in reasons if reason not in found]
    return found


def _local(asked: Question, rule: Availability) -> datetime:
    return asked.start.astimezone(ZoneInfo(rule.time_zone))


def _of_rule(asked: Question, rule: Availability) -> Iterator[Reason]:
    local, hours = _local(asked, rule), _hours(rule)
    if local.date() < rule.valid_from:
        yield Reason("Hours", f"{hours} begin on {zones.day_in_words(rule.valid_from)}.")
    if rule.valid_to and local.date() > rule.valid_to:
        yield Reason("Hours", f"{hours} ended on {zones.day_in_words(rule.valid_to)}.")
    begins = [start for start, _ in _slots(rule, local.date())]
    ends = local.time() >= rule.closes or (begins and asked.start > begins[-1])
    if local.time() < rule.opens or ends:
        yield Reason("Hours", f"It is outside t{hours[1:-1]}; a visit must end before they do.")
    elif asked.start not in begins:
        near = sorted(begins, key=lambda each: abs(each - asked.start))[:NEAREST]
        said = " and ".join(clock(each.astimezone(ZoneInfo(rule.time_zone)).time()) for each in sorted(near))
        yield Reason("Beginning", f"No visit begins then. The nearest begin at {said}.")
    if asked.mode and asked.mode not in rule.modes:
        ways = ", ".join(str(Mode(each).label).lower() for each in rule.modes)
        yield Reason("Way to meet", f"{hours} are by {ways} only.")
    elif asked.mode == Mode.IN_PERSON and asked.location and asked.location != rule.location:
        yield Reason("Place", f"{hours} are at {place_name(rule.location)}.")


def _of_booking_ahead(asked: Question, rule: Availability, now: datetime) -> Iterator[Reason]:
    if now < asked.start < now + timedelta(hours=rule.notice_hours):
        yield Reason("Notice", f"It can be booked until {rule.notice_hours} hours before.")
    if asked.start > now + timedelta(days=rule.horizon_days):
        yield Reason("Too far ahead", f"Times are offered {rule.horizon_days} days ahead.")
    day = _local(asked, rule).date()
    for holiday in Holiday.objects.filter(day=day, location__in=["", rule.location]):
        where = place_name(holiday.location) if holiday.location else "The clinic"
        yield Reason("Holiday", f"{where} is closed on {zones.day_in_words(day)}: {holiday.name}.")


def _of_what_is_there(asked: Question, rule: Availability, now: datetime) -> Iterator[Reason]:
    zone, length = rule.time_zone, timedelta(minutes=rule.slot_minutes)
    end, gap = asked.start + length, timedelta(minutes=rule.buffer_minutes)
    for absence in TimeOff.objects.filter(clinician=asked.clinician, during__overlap=(asked.start, end)):
        until = f" until {zones.in_words(absence.during.upper, zone)}" if absence.during.upper else ""
        yield Reason("Time off", f"{asked.clinician.name} is away{until}.")
    others = _others(asked, now).select_related("patient")
    for other in others.filter(clinician=asked.clinician, during__overlap=(asked.start - gap, end + gap)):
        is_over = other.start < end and asked.start < other.end
        rule_name, words = ("Taken", _taken(other, zone)) if is_over else ("Pause", _pause(rule, other, zone))
        yield Reason(rule_name, words, other.reference)
    needs_the_room = asked.mode == Mode.IN_PERSON or (not asked.mode and rule.modes == [Mode.IN_PERSON])
    if rule.room and needs_the_room:
        yield from _of_the_room(asked, rule, others, end)
    yield from _of_the_limit(asked, rule, now)


def _others(asked: Question, now: datetime) -> AppointmentQuerySet:
    """What is in the way of anybody, or of this patient: their own hold is not."""
    rows = Appointment.objects.in_the_way(now)
    return rows.exclude(patient=asked.patient, state__in=["held", "offered"]) if asked.patient else rows


def _of_the_room(asked: Question, rule: Availability, others: AppointmentQuerySet, end: datetime) -> Iterator[Reason]:
    at_the_place = others.filter(location=rule.location, room=rule.room)
    for other in at_the_place.filter(during__overlap=(asked.start, end)).exclude(clinician=asked.clinician):
        yield Reason(
            "Room", f"{rule.room} at {place_name(rule.location)} is taken by {other.reference}.", other.reference
        )


def _of_the_limit(asked: Question, rule: Availability, now: datetime) -> Iterator[Reason]:
    if rule.most_per_day is None:
        return
    day, zone = _local(asked, rule).date(), ZoneInfo(rule.time_zone)
    wide = (asked.start - timedelta(days=2), asked.start + timedelta(days=2))
    rows = Appointment.objects.filter(clinician=asked.clinician, during__overlap=wide)
    rows = rows.filter(Q(pk__in=_others(asked, now).values("pk")) | Q(state__in=OVER))
    count = sum(each.start.astimezone(zone).date() == day for each in rows)
    if count >= rule.most_per_day:
        yield Reason("Daily limit", f"{asked.clinician.name} has {count} of {rule.most_per_day} visits that day.")


def _slots(rule: Availability, day: date) -> Sequence[tuple[datetime, datetime]]:
    length, gap = timedelta(minutes=rule.slot_minutes), timedelta(minutes=rule.buffer_minutes)
    zone = ZoneInfo(rule.time_zone)
    return slots_on(day, opens=rule.opens, closes=rule.closes, zone=zone, length=length, gap=gap)


def _hours(rule: Availability) -> str:
    where = f" at {place_name(rule.location)}" if rule.location else ""
    return f"The hours of {in_words(rule)}{where},"


def _taken(other: Appointment, zone: str) -> str:
    kind = {"booked": "booked", "held": "kept for ten minutes", "offered": "offered to the waiting list"}[other.state]
    return f"It is {kind} for {other.patient.called}, {other.reference}, until {zones.clock(other.end, zone)}."


def _pause(rule: Availability, other: Appointment, zone: str) -> str:
    begins = zones.clock(other.start, zone)
    return f"A pause of {rule.buffer_minutes} minutes belongs to {other.reference}, which begins at {begins}."
