"""Who looks after a patient, told by rows that are there anyway; and who opened a record from outside, for an hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment
from clinic.booking.models.appointments import OVER
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients.lookers import BROKE_GLASS
from clinic.patients.models import Patient
from clinic.reviews.models import Letter, Note, Waiting

OPEN_FOR: Final = timedelta(hours=1)
"""How long a record stays open to somebody from outside. AWAITING THE MEDICAL DIRECTOR: an hour is our choice."""
MEET: Final = (Appointment.State.BOOKED, *OVER)
READ: Final = ("reviews.see_review", "reviews.see_answers")
SIGNED: Final = ("reviews.decide", "reviews.agree")
GIVEN: Final = ("reviews.claim", "reviews.pass_on")


def is_on_team(user: User, patient: Patient) -> bool:
    """True for who took, decided, spoke, wrote, met or did a task; for all clinical staff while something is open."""
    return patient.pk in looked_after(user, [patient.pk])


def looked_after(user: User, patients: Collection[UUID]) -> set[UUID]:
    """Those of these patients that somebody looks after; one query.

    Something is open while a form or a task waits or nobody answered an urgent page: then all clinical staff do.
    """
    return set(Patient.objects.filter(theirs(user), pk__in=patients).values_list("pk", flat=True))


def theirs(user: User) -> Q:
    """What holds of a patient whom somebody looks after."""
    return Q(reduce(or_, (Exists(rows) for rows in (*_open(), *_done_by(user), *_on_record(user)))))


def open_until(user: User, patient: Patient) -> datetime | None:
    """Until when a record is open to somebody from outside, because they said why; None when it is not.

    The record itself is asked, by its own clock: there is no second table that could say something else.
    """
    said = AuditEvent.objects.filter(patient=str(patient.pk), actor=user.actor.ref, action=BROKE_GLASS)
    last = said.filter(at__gt=Now() - OPEN_FOR).order_by("-id").values_list("at", flat=True).first()
    return last + OPEN_FOR if last else None


def _open() -> tuple[QuerySet, ...]:
    """What waits for anybody of the clinical staff."""
    of = OuterRef("pk")
    return (
        Waiting.objects.filter(record__intake__patient=of),
        FollowUp.objects.filter(patient=of, state=FollowUp.State.OPEN),
        _pages().filter(acknowledged_at__isnull=True),
    )


def _done_by(user: User) -> tuple[QuerySet, ...]:
    """What somebody signed, said, wrote, met and did; what they ended of what was signed, too."""
    of, ref = OuterRef("pk"), user.actor.ref
    decided = Q(decisions__decided_by=user) | Q(decisions__contacted_by=user) | Q(decisions__revoked_by=user)
    signed = decided | Q(first_signatures__signed_by=user) | Q(first_signatures__ended_by=user)
    return (
        ScreeningRecord.objects.filter(signed, intake__patient=of),
        Note.objects.filter(intake__patient=of, written_by=user),
        Letter.objects.filter(Q(drafted_by=user) | Q(sent_by=user), record__intake__patient=of),
        Appointment.objects.filter(patient=of, clinician=user, state__in=MEET),
        FollowUp.objects.filter(patient=of, state=FollowUp.State.DONE, done_by=ref),
        _pages().filter(acknowledged_by=ref),
    )


def _pages() -> QuerySet[Message]:
    """Urgent pages about a patient or a form of theirs; a page names them by a reference only."""
    forms = Intake.objects.filter(patient=OuterRef(OuterRef("pk"))).values("reference")
    about = Message.objects.filter(overdue_at__isnull=False).annotate(named=KT("about__reference"))
    return about.filter(Q(named=OuterRef("reference")) | Q(named__in=forms))


def _on_record(user: User) -> tuple[QuerySet, ...]:
    """What only the record remembers: a form was theirs; or they read one while it waited, within the last hour.

    Whoever has it open when a colleague signs is told so, and does not lose what they read.
    """
    lines = AuditEvent.objects.filter(patient=Cast(OuterRef("pk"), TextField()))
    signed_since = AuditEvent.objects.filter(patient=OuterRef("patient"), action__in=SIGNED, id__gt=OuterRef("id"))
    lately = lines.filter(actor=user.actor.ref, action__in=READ, at__gt=Now() - OPEN_FOR)
    return (
        lines.filter(action__in=GIVEN, detail__owner=str(user.pk)),
        lately.filter(Exists(signed_since)),
    )
