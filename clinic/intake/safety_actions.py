"""What is done about safety besides the answers of the form: a number we can call, and a flag raised later on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Case, When

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import safety_words
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake
from clinic.intake.urgency import page_on_call
from clinic.notifications.actions import page
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient
from screening.protocol import PRIORITIES

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"


@transaction.atomic
def give_phone(*, intake: Intake, phone: str, by: Actor, now: datetime) -> None:
    """Keep a number to call, as an answer too while the form is open, so that a later page does not take it back.

    Args:
        intake: which.
        phone: as it was typed.
        by: the patient.
        now: the moment.
    """
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if locked.state == Intake.State.DRAFT:
        locked.answers, locked.saved_at, locked.version = {**locked.answers, "phone": phone}, now, locked.version + 1
        locked.save(update_fields=["answers", "saved_at", "version"])
    patient_actions.describe(patient=locked.patient, told={"phone": phone}, by=by)


@transaction.atomic
def raise_anew(
    *, intake: Intake, priority: str, rules: Collection[str], cause: str, by: Actor, now: datetime
) -> Intake:
    """Raise a safety flag on a form that was sent, because of something told later, and page the person on call.

    The tasks of the flag, and the hold on booking, follow from the row as they do for a flag raised in the form.

    Args:
        intake: the latest form of the patient that was sent.
        priority: P0 or P1, as the rules say.
        rules: the urgent rules that hold.
        cause: what raised it; the same cause pages once.
        by: the patient.
        now: the moment.
    Returns:
        The form as it is now.
    """
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    locked.safety_raised_at = now
    locked.safety_priority = min(filter(None, (locked.safety_priority, priority)), key=PRIORITIES.index)
    locked.urgent_rules = sorted({*locked.urgent_rules, *rules})
    locked.version += 1
    locked.save(update_fields=["safety_raised_at", "safety_priority", "urgent_rules", "version"])
    page_on_call(intake=locked, priority=priority, cause=cause, by=by, now=now)
    record(
        by=by,
        action="intake.raise_safety",
        subject=f"intake:{locked.pk}",
        patient=locked.patient_id,
        detail={"priority": priority},
    )
    nudge(FOLLOW_UP, locked.pk)
    return locked


@transaction.atomic
def raise_for_words(*, patient: Patient, cause: str, by: Actor, now: datetime) -> None:
    """Tell a person at once of safety words that a patient wrote to us beside the form.

    The flag goes up on the latest form that was sent, or on the one that is being filled in; somebody without any form
    is paged about too. A form that was sent is screened and sealed again: no decision from before stands, and it waits
    as urgent until a clinician has signed that somebody spoke with them.

    Args:
        patient: who wrote them.
        cause: where they are, such as `entry:<id>`; the same cause pages once.
        by: the patient.
        now: the moment.
    Source:
        rules.csv, R021: a person must read it today; keyword hits may only raise risk, never lower it.
    """
    rule = safety_words.rule()
    sent = Case(When(state=Intake.State.SUBMITTED, then=0), default=1)
    intake = Intake.objects.filter(patient=patient).order_by(sent, "-started_at").first()
    if intake is not None:
        intake = raise_anew(intake=intake, priority=rule.priority, rules=[rule.id], cause=cause, by=by, now=now)
        if intake.state == Intake.State.SUBMITTED:
            tell_again(intake=intake, answers={}, by=by, now=now)
        return
    about = {"reference": patient.reference, "priority": rule.priority}
    page(key=f"urgent-page:{cause}", template="urgent-page", about=about, by=by, now=now)
