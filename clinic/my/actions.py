"""What a patient does on their own page: what they read is written down, and how to reach them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking import number_actions
from clinic.booking.holds import lock_patient
from clinic.followups import task_actions
from clinic.followups.actions import withdraw
from clinic.followups.stops import MESSAGES
from clinic.intake import safety_actions, safety_words
from clinic.notifications import actions as message_actions
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient


@transaction.atomic
def look(*, patient: Patient, subject: str, by: Actor) -> None:
    """Put on the record that a patient read something of their own.

    Args:
        patient: who.
        subject: what, as `kind:id`.
        by: the patient.
    """
    record(by=by, action="my.see", subject=subject, patient=patient.pk)


@transaction.atomic
def tell_details(*, patient: Patient, told: Mapping[str, str], by: Actor, now: datetime) -> bool:
    """Keep how a patient can be reached, for visits to come too; safety words in it page the person on call.

    Args:
        patient: who.
        told: what changed, by field of the patient.
        by: the patient.
        now: the moment.
    Returns:
        Whether help is shown now.
    """
    before, is_alarming = str(patient.phone or ""), safety_words.hold(*told.values())
    if is_alarming:  # first, because it locks the form, and whoever saves one locks that before the patient
        safety_actions.raise_for_words(patient=patient, cause=f"details:{now:%Y%m%dT%H%M%S}", by=by, now=now)
    patient_actions.describe(patient=patient, told=dict(told), by=by)
    if "phone" in told:
        number_actions.follow(patient=patient, before=before, by=by, now=now)
    return is_alarming


@transaction.atomic
def choose_messages(*, patient: Patient, given: bool, wording: str, version: str, by: Actor, now: datetime) -> None:
    """Keep whether somebody wants short questions and check-ins; a no takes back what waits to be sent already.

    Args:
        patient: who.
        given: True for yes.
        wording: the words they read.
        version: which words these are.
        by: the patient.
        now: the moment.
    """
    lock_patient(patient.pk)
    patient_actions.agree(
        patient=patient, kind=MESSAGES, given=given, wording=wording, wording_version=version, by=by, now=now
    )
    withdraw(by=by, patient=patient)


@transaction.atomic
def pause(*, patient: Patient, until: datetime | None, by: Actor, now: datetime) -> None:
    """Pause reminders and short questions until a day, or have them again; what waits for it is looked at anew.

    Args:
        patient: who.
        until: the moment it ends; None to end it now.
        by: the patient.
        now: the moment.
    """
    patient_actions.pause(patient=patient, until=until, by=by)
    task_actions.wake(patient=patient, by=by, now=now)
    message_actions.wake(patient=patient, by=by, now=now)
