"""What the front desk sees of a patient, and the times that fit what they say on the phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Final

from clinic.accounts.models import User
from clinic.accounts.permissions import CLINICAL
from clinic.booking import find, reminders, said, wanted, zones
from clinic.booking.find import Slot
from clinic.booking.models import SEES_PATIENTS, Appointment, Language, License, Mode, Part, WaitingPlace
from clinic.booking.wanted import Without
from clinic.booking.words import NOTICE, WEEKDAYS
from clinic.patients import languages
from clinic.patients.models import Patient
from clinic.web.places import place_name

TAKEN_SHOWN: Final = 12
Reader = Callable[[str], tuple[said.Said, list[wanted.Criterion]]]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet at a time: what the button says, and the value it sends."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A time with one clinician, in the patient's clock and the clinic's, with the ways to meet then."""

    when: str
    at_clinic: str
    clinician: str
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Hint:
    """Words to leave out, how many times that gives, and the first of them; `say` asks for the rest, if that can be."""

    words: str
    say: str | None
    count: int
    first: str


@dataclass(frozen=True, slots=True)
class Times:
    """What was understood, and the times that fit it: the best, some more, and taken ones that could be overbooked."""

    understood: Sequence[str]
    unknown: Sequence[str]
    zone_name: str
    best: Sequence[Line]
    more: Sequence[Line]
    count: int
    taken: Sequence[Line]
    hints: Sequence[Hint]


def times(patient: Patient, text: str, *, now: datetime) -> Times:
    """The times this patient can have that fit what was said, soonest first. Seven queries.

    Args:
        patient: for whom; who is licensed where they are counts.
        text: what was said; empty is any time.
        now: the moment.
    """
    zone = zones.of_patient(patient)
    slots = find.slots(patient_region=patient.region, now=now, patient_id=patient.pk)
    names, languages_of = clinicians_of(patient), speakers()

    def read(words: str) -> tuple[said.Said, list[wanted.Criterion]]:
        found = said.read(words, today=zones.local(now, zone).date(), clinicians=names)
        return found, wanted.criteria(found, speakers=languages_of, names=names)

    understood, criteria = read(text)
    clock_of = zones.of_location("") if understood.by_clinic_clock else zone
    fitting = wanted.fitting(slots, criteria, clock_of)
    free = [slot for slot in fitting if slot.is_free]
    lines = _lines(free, zone, most=wanted.BEST + wanted.MORE)
    all_free = [slot for slot in slots if slot.is_free]
    left_out = [] if free else wanted.left_out(all_free, criteria, clock_of)
    return Times(
        understood=[each.words for each in criteria],
        unknown=understood.unknown,
        zone_name=zones.name(clock_of),
        best=lines[: wanted.BEST],
        more=lines[wanted.BEST :],
        count=len({(slot.start, slot.clinician_id) for slot in free}),
        taken=_lines([slot for slot in fitting if not slot.is_free], zone, most=TAKEN_SHOWN),
        hints=[_hint(each, zone, understood, read) for each in left_out],
    )


def clinicians_of(patient: Patient) -> dict[int, str]:
    """Who is licensed where the patient is, by id."""
    licensed = License.objects.filter(SEES_PATIENTS, region=patient.region).exclude(region="")
    return dict(licensed.values_list("clinician_id", "clinician__name"))


def speakers() -> dict[str, set[int]]:
    """Who speaks each language besides English, by code."""
    found: dict[str, set[int]] = defaultdict(set)
    for who, code in Language.objects.values_list("clinician_id", "code"):
        found[code].add(who)
    return found


def _lines(slots: Sequence[Slot], zone: str, *, most: int) -> list[Line]:
    by_time = groupby(slots, key=lambda slot: (slot.start, slot.clinician_id))
    found = []
    for (start, _), group in by_time:
        if len(found) == most:
            break
        ways = list(group)
        found.append(Line(short(start, zone), at_clinic(start, zone), ways[0].clinician, [_way(each) for each in ways]))
    return found


def _way(slot: Slot) -> Way:
    return Way(", ".join(filter(None, (str(Mode(slot.mode).label), place_name(slot.location)))), value_of(slot))


def _hint(each: Without, zone: str, understood: said.Said, read: Reader) -> Hint:
    """A hint that can be pressed when its words, read again, mean what was kept; otherwise it is only read."""
    say = ", ".join([*each.others, *(["clinic time"] if understood.by_clinic_clock else [])])
    again, criteria = read(say)
    is_the_same = again.by_clinic_clock == understood.by_clinic_clock and not again.unknown
    is_the_same &= [kept.words for kept in criteria] == list(each.others) and len(say) <= said.LONGEST
    return Hint(each.words, say if is_the_same else None, each.count, short(each.first.start, zone))


def value_of(slot: Slot) -> str:
    """A slot as a button sends it."""
    return "|".join((slot.start.astimezone(UTC).isoformat(), str(slot.clinician_id), slot.mode, slot.location))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A slot that a button sent; whether it is offered, the verbs ask."""

    start: datetime
    clinician: User
    mode: str
    location: str


def chosen(value: str) -> Chosen | None:
    """The slot a button sent; None when it is none."""
    parts = value.split("|")
    if len(parts) != 4 or not parts[1].isdecimal() or len(parts[1]) > 9 or parts[2] not in Mode.values:
        return None
    try:
        start = datetime.fromisoformat(parts[0])
    except ValueError:
        return None
    clinician = User.objects.filter(pk=int(parts[1]), is_active=True, role__in=CLINICAL).first()
    if clinician is None or start.tzinfo is None or not date(2000, 1, 2) < start.date() < date(9999, 1, 1):
        return None
    return Chosen(start.astimezone(UTC), clinician, parts[2], parts[3][:40])


def short(start: datetime, zone: str) -> str:
    """`Thu, Dec 3 at 4:20 pm Pacific Time`."""
    return f"{zones.short_day(zones.local(start, zone).date())} at {zones.clock(start, zone)} {zones.name(zone)}"


def at_clinic(start: datetime, zone: str) -> str:
    """The same by the clock of the clinic, when that differs."""
    clinic = zones.of_location("")
    return short(start, clinic) if zones.differ(start, zone, clinic) else ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the desk speaks with: who they are, how to reach them, in which language, what is booked."""

    reference: str
    name: str
    born_on: str
    phone: str
    email: str
    zone_name: str
    clock_there: str
    may_be_written_to: bool
    reads: str
    coming: Sequence[Appointment]


def caller(patient: Patient, *, now: datetime) -> Caller:
    """A patient as the desk sees them; nothing of what they answered."""
    zone = zones.of_patient(patient)
    return Caller(
        reference=patient.reference,
        name=str(patient.legal_name or patient.called),
        born_on=str(patient.born_on or ""),
        phone=str(patient.phone or ""),
        email=str(patient.email or ""),
        zone_name=zones.name(zone),
        clock_there=zones.clock(now, zone),
        may_be_written_to=reminders.open_to(patient) != [reminders.Reminders.NONE],
        reads=languages.name_of(patient),
        coming=list(patient.appointments.upcoming(now).select_related("clinician", "patient").order_by("during")),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list: who, since when, and what they could take, in words and as the desk is asked."""

    reference: str
    name: str
    since: str
    days: str
    parts: str
    ways: str
    notice: str
    say: str


def waiting_line(place: WaitingPlace) -> Waiting:
    """One place on the waiting list."""
    days = ", ".join(WEEKDAYS[day] for day in sorted(place.weekdays))
    parts = ", ".join(Part(part).value for part in place.parts)
    ways = ", ".join(str(Mode(way).label) if way in Mode.values else place_name(way) for way in place.ways)
    return Waiting(
        reference=place.patient.reference,
        name=place.patient.called,
        since=zones.short_day(zones.local(place.joined_at, place.time_zone).date()),
        days="Every day" if len(set(place.weekdays)) == len(WEEKDAYS) else days,
        parts=parts.capitalize(),
        ways=ways,
        notice=NOTICE.get(place.notice_hours, f"{place.notice_hours} hours later"),
        say=", ".join((days, parts, ways)),
    )
