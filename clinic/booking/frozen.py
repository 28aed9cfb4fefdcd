"""Which booked appointments must not go ahead as they are: what they were booked on does not stand any more.

A decision that was taken back, has ended or is about older answers, and a safety flag, freeze what was booked. Nothing
is stored: reviews are asked, so a new decision that opens booking thaws it. The patient keeps the time, cannot
move it meanwhile, and reads nothing of it; staff see it, and a clinician gets a task.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from clinic.booking.allowed import ends_at
from clinic.booking.models import Appointment, AppointmentQuerySet
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews.models import Decision, FirstSignature
from clinic.reviews.standing import booking_standings

NOT_STANDING: Final = "On hold: a clinician has to look before this visit"
TOO_LATE: Final = "On hold: it is after the last day that the clinician set"


def frozen(appointments: Iterable[Appointment], *, now: datetime) -> dict[UUID, str]:
    """Those of these appointments that are frozen, each with words for the staff. Four queries.

    Args:
        appointments: any; only what is booked and not over can be frozen.
        now: the moment.
    """
    to_come = [each for each in appointments if each.state == Appointment.State.BOOKED and each.end > now]
    standings = booking_standings({each.patient_id for each in to_come}, now=now) if to_come else {}
    found = {}
    for each in to_come:
        standing = standings[each.patient_id]
        until = ends_at(standing)
        if not standing.may_book:
            found[each.pk] = NOT_STANDING
        elif until is not None and each.start >= until:
            found[each.pk] = TOO_LATE
    return found


def touched(now: datetime) -> AppointmentQuerySet:
    """Appointments to come whose patient has a newer record, signature, decision, withdrawal or flag than the booking.

    Whatever freezes an appointment leaves one of these behind, so nothing else has to be looked at. `touched_at` is the
    latest of them. Time alone freezes nothing: a time is only booked within the last day of its decision.
    """
    rows = Appointment.objects.upcoming(now).annotate(
        touched_at=Greatest(
            _latest(Intake.objects.filter(patient=OuterRef("patient")), "safety_raised_at"),
            _latest(ScreeningRecord.objects.filter(intake__patient=OuterRef("patient")), "screened_at"),
            _latest(Decision.objects.filter(record__intake__patient=OuterRef("patient")), "decided_at"),
            _latest(Decision.objects.filter(record__intake__patient=OuterRef("patient")), "revoked_at"),
            _latest(FirstSignature.objects.filter(record__intake__patient=OuterRef("patient")), "signed_at"),
        )
    )
    return rows.filter(touched_at__gt=Coalesce("moved_at", "booked_at"))


def _latest(rows: QuerySet[Any], field: str) -> Subquery:
    """The latest moment in a field of some rows."""
    known = rows.filter(**{f"{field}__isnull": False})
    return Subquery(known.order_by(f"-{field}").values(field)[:1], output_field=DateTimeField())
