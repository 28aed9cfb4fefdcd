"""Which booked appointments the clinic cannot keep as they are: the clinician left, has no licence, is away, or closed.

A time is only booked when all of it is well; a licence may end, somebody may leave or fall ill afterwards. Nothing is
stored and nothing is cancelled: it is asked each time, so that putting it right ends it. The patient keeps the time and
may move it; staff see it wherever the visit is shown, and the desk gets a task for each (ADR 0041).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TimeField,
    Value,
    When,
)
from django.db.models.functions import Cast, ExtractIsoWeekDay, TruncDate

from clinic.booking.frozen import frozen
from clinic.booking.models import (
    SEES_PATIENTS,
    Appointment,
    AppointmentQuerySet,
    Availability,
    Holiday,
    License,
    Mode,
    TimeOff,
)


class Because(StrEnum):
    """What stands in the way, the gravest first."""

    LEFT = "left"
    LICENCE = "licence"
    AWAY = "away"
    CLOSED = "closed"
    HOURS = "hours"


WORDS: Final = {
    Because.LEFT: "Must not go ahead: {who} does not see patients here any more",
    Because.LICENCE: "Must not go ahead: {who} is not licensed that day where the patient lives",
    Because.AWAY: "To move or cancel: {who} is away then",
    Because.CLOSED: "To move or cancel: we are closed that day",
    Because.HOURS: "To move or cancel: the hours of {who} end before that day",
}
"""What the staff read; the first two are about the law, the others about who is there."""


def on_hold(appointments: Iterable[Appointment], *, now: datetime) -> dict[UUID, str]:
    """Those of these appointments that must not go ahead as they are, each with words for the staff. Five queries.

    Args:
        appointments: any; only what is booked and not over can be on hold.
        now: the moment.
    """
    appointments = list(appointments)
    words = frozen(appointments, now=now)
    for key, because, who in displaced_of(appointments, now=now):
        words[key] = ". ".join(filter(None, (words.get(key), WORDS[Because(because)].format(who=who))))
    return words


def displaced_of(appointments: Iterable[Appointment], *, now: datetime) -> list[tuple[UUID, str, str]]:
    """Which of these are displaced, each with the reason and the name of the clinician. One query, or none."""
    to_come = [each.pk for each in appointments if each.state == Appointment.State.BOOKED and each.end > now]
    if not to_come:
        return []
    rows = displaced(Appointment.objects.filter(pk__in=to_come))
    return list(rows.values_list("pk", "because", "clinician__name"))


def displaced(rows: AppointmentQuerySet) -> AppointmentQuerySet:
    """Those of these booked appointments that cannot be kept as they are; `because` is the gravest reason.

    Args:
        rows: booked ones.
    """
    day = TruncDate("during__startswith", tzinfo=ZoneInfo(settings.CLINIC_TIME_ZONE))
    return rows.annotate(local_day=day).annotate(because=_because()).exclude(because="")


def covering() -> QuerySet[Availability]:
    """The weekly rules, also those that have ended, in whose hours an appointment lies as it is to be met.

    `local_day` is its day by the clock of the rule.
    """
    begins = Func(
        OuterRef("during__startswith"),
        F("time_zone"),
        template="(%(expressions)s)",
        arg_joiner=" AT TIME ZONE ",
        output_field=DateTimeField(),
    )
    by_this_way = Func(
        OuterRef("mode"), F("modes"), template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField()
    )
    rules = Availability.objects.filter(by_this_way, clinician=OuterRef("clinician")).annotate(
        local_day=Cast(begins, DateField()), local_time=Cast(begins, TimeField())
    )
    rules = rules.annotate(local_weekday=ExtractIsoWeekDay("local_day") - 1, met_in=Cast(OuterRef("mode"), CharField()))
    return rules.filter(
        Q(location=OuterRef("location")) | ~Q(met_in=Mode.IN_PERSON),
        weekday=F("local_weekday"),
        valid_from__lte=F("local_day"),
        opens__lte=F("local_time"),
        closes__gt=F("local_time"),
    )


def goes_on() -> Q:
    """Of rules that cover an appointment: those that hold on its day."""
    return Q(valid_to=None) | Q(valid_to__gte=F("local_day"))


def _because() -> Case:
    """The gravest reason, or none; cheap questions leave most appointments out before weekly rules are read."""
    may_be_closed = Q(local_day__in=Holiday.objects.values("day"))
    hours_may_have_ended = Q(clinician__in=Availability.objects.exclude(valid_to=None).values("clinician"))
    reasons: dict[Because, Any] = {
        Because.LEFT: ~SEES_PATIENTS,
        Because.LICENCE: ~Exists(
            License.objects.filter(
                Q(expires_on=None) | Q(expires_on__gte=OuterRef("local_day")),
                clinician=OuterRef("clinician"),
                region=OuterRef("patient__region"),
            )
        ),
        Because.AWAY: Exists(
            TimeOff.objects.filter(clinician=OuterRef("clinician"), during__overlap=OuterRef("during"))
        ),
        Because.CLOSED: may_be_closed
        & (
            Q(Exists(_holidays().filter(Q(location="") | Q(location=OuterRef("location")))))
            | Q(Exists(covering().filter(Exists(_holidays().filter(location=OuterRef("location"))))))
        ),
        Because.HOURS: hours_may_have_ended
        & Q(Exists(covering().exclude(goes_on())))
        & ~Q(Exists(covering().filter(goes_on()))),
    }
    cases = [When(condition, then=Value(str(because))) for because, condition in reasons.items()]
    return Case(*cases, default=Value(""), output_field=CharField())


def _holidays() -> QuerySet[Holiday]:
    return Holiday.objects.filter(day=OuterRef("local_day"))
