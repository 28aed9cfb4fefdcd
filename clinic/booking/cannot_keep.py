"""What is told to those whose visits an exception touches: which exception, whom it touches, and who was told already.

An exception is time off, a closed day, or the end of hours or of a licence. Nothing about it is stored beside its own
row: who was told is asked of the messages, whose keys name person and exception, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, UUIDField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat

from clinic.booking import affected
from clinic.booking.displaced import displaced, displaced_of
from clinic.booking.models import Appointment, AppointmentQuerySet, Availability, Holiday, License, TimeOff
from clinic.notifications.models import Message
from clinic.patients.models import Patient

Row = TimeOff | Holiday | Availability | License
STEM: Final = "cannot-keep"
CHOOSE, CALL = f"{STEM}-choose", f"{STEM}-call"
"""The messages: that they choose another time, or that the clinic calls them."""
ABOUT: Final = KT("about__appointment")
KINDS: Final[dict[str, type[Row]]] = {"away": TimeOff, "closed": Holiday, "hours": Availability, "licence": License}
TOUCHED: Final[dict[type[Row], Callable[[Any, datetime], list[Appointment]]]] = {
    TimeOff: lambda row, now: affected.by_absence(row.clinician_id, row.during.lower, row.during.upper, now=now),
    Holiday: lambda row, now: affected.by_holiday(row.location, row.day, now=now),
    Availability: lambda row, now: affected.by_end(row, row.valid_to, now=now) if row.valid_to else [],
    License: lambda row, now: affected.by_licence(row, now=now),
}


def kind_of(exception: Row) -> str:
    """The word for it in addresses and keys."""
    return next(kind for kind, model in KINDS.items() if isinstance(exception, model))


def touched(exception: Row, *, now: datetime) -> list[Appointment]:
    """The visits that are booked in it and have not begun, soonest first."""
    return [each for each in TOUCHED[type(exception)](exception, now) if each.start > now]


def key_for(exception: Row, patient: Patient) -> str:
    """The key of what this person is told about this exception."""
    return f"{_stem_of(exception)}{patient.pk}"


def told(exception: Row, visits: Iterable[Appointment]) -> dict[UUID, Message]:
    """What was said about this exception, or about these visits as they stand, by the id of the patient. One query."""
    as_they_stand = Q(of_visit__in=[f"{each.pk}@{each.sequence}" for each in visits])
    said = _words().filter(Q(key__startswith=_stem_of(exception)) | as_they_stand)
    return {each.patient_id: each for each in said if each.patient_id}


def last_word(visit: Appointment) -> Message | None:
    """What its patient was told last of a visit as it stands, if it was that we cannot keep it. One query."""
    return words().filter(patient=visit.patient_id, of_visit=f"{visit.pk}@{visit.sequence}").last()


def said_to_patient(visit: Appointment | None, *, now: datetime) -> str:
    """Which message its patient goes by: that we cannot keep it, as long as that is so; empty for any other visit."""
    message = last_word(visit) if visit else None
    return message.template if message and displaced_of([visit], now=now) else ""


def told_otherwise(now: datetime) -> AppointmentQuerySet:
    """Visits to come that the clinic can keep after all, and whose patients were told that it cannot."""
    told = words().order_by().filter(too_late_at__gt=now)
    ids = told.annotate(visit=Cast(ABOUT, UUIDField())).values("visit")
    visits = Appointment.objects.upcoming(now).filter(pk__in=ids)
    as_told = visits.annotate(as_it_is=_joined(Cast("pk", CharField()), Cast("sequence", CharField())))
    as_told = as_told.filter(as_it_is__in=told.values("of_visit"))
    return as_told.exclude(pk__in=displaced(as_told).values("pk"))


def words() -> QuerySet[Message]:
    """Every message that the clinic cannot keep a visit, and was not taken back; `of_visit` is which, as it stood."""
    return _words().exclude(state=Message.State.CANCELLED)


def _words() -> QuerySet[Message]:
    said = Message.objects.filter(key__startswith=f"{STEM}:")
    return said.annotate(of_visit=_joined(ABOUT, KT("about__sequence"))).order_by("created_at")


def _joined(visit: Any, sequence: Any) -> Concat:
    return Concat(visit, Value("@"), sequence, output_field=CharField())


def _stem_of(exception: Row) -> str:
    """How the keys of all its messages begin; hours and licences that end on another day are another exception."""
    last_day = getattr(exception, "valid_to", None) or getattr(exception, "expires_on", None)
    version = f"-{last_day:%Y%m%d}" if last_day else ""
    return f"{STEM}:{kind_of(exception)}-{exception.pk}{version}:"
