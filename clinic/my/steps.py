"""The way of a patient through the clinic as a list of steps: what is done and when, what is now, what is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clinic.booking.models import Appointment
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import OPENS_BOOKING, Decision, Route
from clinic.web import dates

DONE, NOW, BOOKED, NEXT = _("Done"), _("Now"), _("Booked"), _("Next")
NEEDS_READING: Final = ("clinician_review", "not_suitable_now")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what, whether it is done, now, booked or next, and when in words."""

    what: str
    state: str
    when: str = ""

    @property
    def is_now(self) -> bool:
        """True for the one that is going on; a talk that is booked is, until it is over."""
        return self.state in (NOW, BOOKED)


@dataclass(frozen=True, slots=True)
class Course:
    """All that the steps are made from."""

    record: ScreeningRecord
    decision: Decision | None
    appointment: Appointment | None
    has_met: bool
    due: str
    booked_for: str
    called_by: str
    zone: str

    @property
    def asks_prescriber(self) -> bool:
        """True when the prescriber is asked before any treatment is decided."""
        if self.decision is not None:
            return self.decision.route == Route.PRESCRIBER_FIRST
        return self.record.outcome == "prescriber_coordination"

    @property
    def may_book(self) -> bool:
        """True when a time may be chosen, as far as the route says."""
        if self.decision is not None:
            return self.decision.route in OPENS_BOOKING
        return self.record.outcome in ("ready_to_book", "prescriber_coordination")

    def on(self, moment: datetime) -> str:
        """A day where the patient is, such as December 3."""
        return dates.month_day(moment.astimezone(ZoneInfo(self.zone)))


def steps(course: Course) -> list[Step]:
    """The steps in their order; at most one of them is now."""
    return [
        Step(_("You sent your form"), DONE, course.on(course.record.screened_at)),
        *_reading(course),
        *_talk(course),
        *_prescriber(course),
    ]


def _reading(course: Course) -> Iterator[Step]:
    if course.decision is not None:
        who = course.decision.decided_by.name
        talked = course.decision.route == Route.URGENT_CONTACT_MADE
        yield Step(
            _("We spoke with you") if talked else _("%(who)s read your answers") % {"who": who},
            DONE,
            course.on(_told_at(course)),
        )
        if course.decision.route == Route.ASK_FOR_MORE:
            yield Step(_("You answer our question"), NOW)
        if talked:
            yield Step(_("A clinician looks at what comes next"), NOW)
    elif course.record.outcome == "urgent":
        yield Step(_("Somebody from our team calls you"), NOW, course.called_by)
    elif course.record.outcome in NEEDS_READING:
        yield Step(_("A clinician reads your answers"), NOW, _("by %(when)s") % {"when": course.due})


def _told_at(course: Course) -> datetime:
    return course.decision.contacted_at or course.decision.decided_at


def _prescriber(course: Course) -> Iterator[Step]:
    if course.asks_prescriber:
        yield Step(_("We check in with your prescriber"), NEXT, _("before any treatment is decided"))


def _talk(course: Course) -> Iterator[Step]:
    if course.has_met:
        yield Step(_("We talked"), DONE)
    elif course.appointment is not None:
        yield _booked(course)
    elif course.may_book:
        yield Step(_("You choose a time to talk with us"), NOW)
    elif course.decision is None or course.decision.route != Route.NOT_SUITABLE_NOW:
        yield Step(_("You choose a time to talk with us"), NEXT, _("when we have told you"))


def _booked(course: Course) -> Step:
    if not course.booked_for:
        return Step(_("We find another time to talk"), NEXT if _is_waiting(course) else NOW)
    return Step(_("You talk with us"), NEXT if _is_waiting(course) else BOOKED, course.booked_for)


def _is_waiting(course: Course) -> bool:
    return course.decision is None and course.record.outcome in ("urgent", *NEEDS_READING)
