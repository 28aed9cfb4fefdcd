"""What is done so that somebody fills in the whole form again: they are asked for it, and begin it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import protocols
from clinic.intake.actions import TOLD_TO_PATIENT
from clinic.intake.models import Intake, Renewal
from clinic.intake.renewals import is_asked_again
from clinic.patients.models import Patient

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
ASKED_ANEW: Final = frozenset({"safe_contact"})
"""What they said about themselves that is not filled in: whether messages are safe is agreed to anew."""


class NotAsked(Exception):
    """Nobody asked this patient for another form, or it was sent already."""


@transaction.atomic
def ask_again(*, patient: Patient, asked_for: UUID, by: Actor, now: datetime) -> Renewal:
    """Ask somebody for the whole form again; the same follow-up again changes nothing.

    Args:
        patient: whom.
        asked_for: the id of the follow-up.
        by: the part of the system that asks.
        now: the moment.
    """
    asked, is_new = Renewal.objects.get_or_create(asked_for=asked_for, defaults={"patient": patient, "asked_at": now})
    if is_new:
        record(by=by, action="intake.ask_again", subject=f"renewal:{asked.pk}", patient=patient.pk)
        nudge(FOLLOW_UP, asked.pk)
    return asked


@transaction.atomic
def begin_again(*, patient: Patient, by: Actor, now: datetime) -> Intake:
    """Start a new form of the current protocol for a patient who was asked for one. What they sent before stays.

    1. Lock the patient, so that two clicks are one. 2. A form they have begun is the one. 3. Only when it was asked
    for. 4. Who they are and where they live is filled in, to be checked on its page; nothing else is. 5. Audit.

    Args:
        patient: who.
        by: the patient.
        now: the moment.
    Returns:
        The form that is being filled in.
    Raises:
        NotAsked: there is nothing to begin.
    """
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    if begun := patient.intakes.filter(state=Intake.State.DRAFT).first():
        return begun
    if not is_asked_again(patient):
        raise NotAsked
    protocol = protocols.current()
    known = {
        question: str(value)
        for question, field in TOLD_TO_PATIENT.items()
        if question in protocol.questions and question not in ASKED_ANEW and (value := getattr(patient, field))
    }
    intake = Intake.objects.create(
        patient=patient, protocol=protocol.name, seal=protocol.seal, answers=known, started_at=now, saved_at=now
    )
    told = {"questions": sorted(known)}
    record(by=by, action="intake.begin_again", subject=f"intake:{intake.pk}", patient=patient.pk, detail=told)
    return intake
