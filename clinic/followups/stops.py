"""Why a follow-up is no longer wanted: one expression over the rows of earlier stages, for one follow-up or for many.

What only a person knows ("sent", "reply", "safety plan closed", "acknowledged") ends a follow-up when somebody closes
its task; nothing is looked up for those. "answered", "course ended" and "left care" have no rows yet (issue 7).
"""

from __future__ import annotations

from typing import Final

from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact

from clinic.booking.models import Appointment
from clinic.followups.causes import appointment_version, key_of
from clinic.followups.coverage import TEMPLATES
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Consent
from clinic.reviews.models import Decision, Route

MESSAGES: Final = "messages"
"""The kind of consent whose withdrawal ends every follow-up that an opt-out may end; safety never asks for it."""
CONTACT: Final = ("acknowledged", "contact made")
SECOND_NO_SHOW: Final = "F27"
"""Source: followups.csv: F27 is about a second missed appointment."""

_OF_RECORD: Final = Q(cause__startswith="record:")
_OF_DECISION: Final = Q(cause__startswith="decision:")
_OF_APPOINTMENT: Final = Q(cause__startswith="appointment:")


def with_end(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Follow-ups with `ended`: why each is no longer wanted, or nothing while it is.

    Args:
        follow_ups: which.
    """
    ends = [*_ends_by_cause(), *_ends_by_condition()]
    first_to_hold = [When(condition, then=Value(why)) for condition, why in ends]
    return follow_ups.annotate(ended=Case(*first_to_hold, default=Value(""), output_field=CharField()))


def _ends_by_cause() -> list[tuple[Q, str]]:
    """What it follows from is not so any more, or is not what counts any more."""
    revoked = Decision.objects.filter(pk=OuterRef("row_id"), revoked_at__isnull=False)
    newer = ScreeningRecord.objects.filter(intake__records=OuterRef("row_id"), screened_at__gt=OuterRef("counts_from"))
    booked = Appointment.objects.filter(pk=OuterRef("row_id"), state=Appointment.State.BOOKED)
    as_planned = booked.annotate(key=key_of("appointment", appointment_version())).filter(key=OuterRef("cause"))
    unwanted = booked.filter(reminders=Appointment.Reminders.NONE)
    missed_before = Appointment.objects.filter(
        patient=OuterRef("patient"), state=Appointment.State.NO_SHOW, during__endswith__lt=OuterRef("counts_from")
    )
    return [
        (_OF_DECISION & Q(Exists(revoked)), "the decision was taken back"),
        (_OF_RECORD & Q(Exists(newer)), "a newer form counts"),
        (Q(stop_condition="cancelled") & ~Q(Exists(as_planned)), "moved or cancelled"),
        (Q(stop_condition="cancelled") & Q(Exists(unwanted)), "they want no reminders"),
        (Q(plan=SECOND_NO_SHOW) & ~Q(Exists(missed_before)), "the first one they missed"),
    ]


def _ends_by_condition() -> list[tuple[Q, str]]:
    """The stop condition of the protocol holds."""
    submitted = Intake.objects.filter(pk=OuterRef("row_id"), state=Intake.State.SUBMITTED)
    received = ScreeningRecord.objects.filter(
        intake__patient=OuterRef("patient"), screened_at__gt=OuterRef("counts_from")
    )
    booked_again = Appointment.objects.filter(
        patient=OuterRef("patient"),
        state__in=[Appointment.State.BOOKED, Appointment.State.COMPLETED],
        booked_at__gt=OuterRef("counts_from"),
    )
    reached = Q(Exists(_spoken_with())) | Q(Exists(_task_closed()))
    after_missing = _OF_APPOINTMENT & Q(stop_condition__in=["rebooked", "contact made"])
    return [
        (_OF_RECORD & Q(stop_condition="decision") & Q(Exists(_decided())), "decided"),
        (Q(stop_condition__startswith="submitted") & Q(Exists(submitted)), "the form was sent"),
        (Q(stop_condition="received") & Q(Exists(received)), "received"),
        (~_OF_APPOINTMENT & Q(stop_condition__in=CONTACT) & reached, "contact made"),
        (after_missing & Q(Exists(booked_again)), "booked again"),
        (Q(stop_condition__contains="opted out") & _opted_out(), "opted out"),
    ]


def _decided() -> QuerySet[Decision]:
    """A standing decision; asking the prescriber is none about whether the prescriber has answered."""
    standing = Decision.objects.filter(record=OuterRef("row_id"), revoked_at__isnull=True)
    return standing.exclude(route=Route.PRESCRIBER_FIRST, record__outcome="prescriber_coordination")


def _spoken_with() -> QuerySet[Decision]:
    """A clinician signed, after the flag, that somebody spoke with them."""
    about_it = Q(record=OuterRef("row_id")) | Q(record__intake=OuterRef("row_id"))
    return Decision.objects.filter(
        about_it, contacted_at__isnull=False, decided_at__gte=OuterRef("counts_from"), revoked_at__isnull=True
    )


def _task_closed() -> QuerySet[FollowUp]:
    """Somebody closed the task of the same cause by hand; a page that went out is not a task."""
    same_cause = FollowUp.objects.filter(cause=OuterRef("cause"), stop_condition__in=CONTACT)
    return same_cause.filter(state=FollowUp.State.DONE).exclude(plan__in=list(TEMPLATES))


def _opted_out() -> Q:
    """Their latest word on messages is no; never having been asked is not no."""
    words = Consent.objects.filter(patient=OuterRef("patient"), kind=MESSAGES).order_by("-at")
    return Q(Exact(Subquery(words.values("given")[:1], output_field=BooleanField()), Value(False)))
