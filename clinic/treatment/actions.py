"""What is done with courses of treatment: a session is recorded with its form, a course is ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.patients.models import Patient
from clinic.treatment.models import Course, Session

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
STAYS: Final = timedelta(hours=2)
"""Source: followups.csv, F38: readiness to leave not before 2 h for esketamine."""


class LeftTooEarly(Exception):
    """After esketamine nobody is ready to leave before two hours."""


class NotOver(Exception):
    """They are not ready to leave before the moment in which it is recorded."""


class RecordedDifferently(Exception):
    """This session is on the record already, with other values; nothing was changed."""


class OtherMedicine(Exception):
    """A course of another medicine is open; it is ended first."""


@transaction.atomic
def record_session(
    *,
    patient: Patient,
    key: UUID,
    medicine: str,
    began_at: datetime,
    left_at: datetime,
    form: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> Session:
    """Record a session with its form; the first one begins the course. Sending the same form again changes nothing.

    Args:
        patient: whose.
        key: made with the form.
        medicine: one of `Course.Medicine`.
        began_at: when the medicine was given.
        left_at: when they were ready to leave.
        form: what was measured: bp_before, bp_40, bp_leaving, sedation, dissociation.
        by: somebody on the staff.
        now: the moment.
    Raises:
        LeftTooEarly: less than two hours after esketamine.
        NotOver: they would be ready to leave later than now.
        OtherMedicine: a course of another medicine is open.
        RecordedDifferently: the form was sent before, with other values.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if before := Session.objects.filter(key=key, course__patient=patient).first():
        if not _is_same(before, medicine, began_at, left_at, form):
            raise RecordedDifferently
        return before
    if medicine == Course.Medicine.ESKETAMINE and left_at - began_at < STAYS:
        raise LeftTooEarly
    if left_at > now:
        raise NotOver
    staff = User.objects.get(pk=int(by.ref.removeprefix("staff:")))
    course = Course.objects.filter(patient=patient, ended_at__isnull=True).first()
    if course is not None and course.medicine != medicine:
        raise OtherMedicine
    if course is None:
        course = Course.objects.create(patient=patient, medicine=medicine, began_at=began_at, began_by=staff)
    held = Session.objects.create(
        course=course, key=key, began_at=began_at, left_at=left_at, form=dict(form), recorded_at=now, recorded_by=staff
    )
    record(by=by, action="treatment.record_session", subject=f"session:{held.pk}", patient=patient.pk)
    nudge(FOLLOW_UP, held.pk)
    return held


def _is_same(held: Session, medicine: str, began_at: datetime, left_at: datetime, form: Mapping[str, str]) -> bool:
    told = (held.course.medicine, held.form, held.began_at.time(), held.left_at.time())
    return told == (medicine, dict(form), began_at.astimezone(UTC).time(), left_at.astimezone(UTC).time())


@transaction.atomic
def end_course(*, course: Course, by: Actor, now: datetime) -> None:
    """Say that a course is over; what was planned for later in it ends. Ending it twice is ending it once.

    Args:
        course: which.
        by: somebody on the staff.
        now: the moment.
    """
    staff = User.objects.get(pk=int(by.ref.removeprefix("staff:")))
    if Course.objects.filter(pk=course.pk, ended_at__isnull=True).update(ended_at=now, ended_by=staff):
        record(by=by, action="treatment.end_course", subject=f"course:{course.pk}", patient=course.patient_id)
