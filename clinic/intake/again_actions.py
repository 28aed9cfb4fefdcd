"""What is done with an intake after it was sent: something in it is told anew, and it is screened and sealed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import protocols, sealing, urgency
from clinic.intake.actions import MAX_HISTORY, TOLD_TO_PATIENT
from clinic.intake.models import Intake, ScreeningRecord
from clinic.intake.send_actions import FOLLOW_UP
from clinic.notifications.actions import cancel
from clinic.patients import actions as patient_actions
from screening.protocol import Protocol

BY_A_DECISION: Final = "decided:"
"""How the key of the message of a decision begins, as reviews writes it. It waits for minutes, or for the morning."""


@transaction.atomic
def tell_again(
    *,
    intake: Intake,
    answers: Mapping[str, Any],
    by: Actor,
    now: datetime,
    medicines: Sequence[Mapping[str, Any]] | None = None,
    under: Protocol | None = None,
) -> ScreeningRecord:
    """Put new answers beside those of a form that was sent, and screen all of it again. Nothing is overwritten.

    1. Lock the intake. 2. Keep old values in the history. 3. Copy who the patient is. 4. Ask every rule. 5. Seal the
    next record; the earlier ones stay. 6. Take back what a decision that ends with it was about to tell. 7. Page the
    person on call for what is urgent and was not known. 8. Audit.

    Args:
        intake: which; it was sent.
        answers: what is told anew, keyed by question; None takes an answer back.
        by: who tells it: the patient, or a clinician about a medicine.
        now: the moment.
        medicines: the whole list, when it changes.
        under: another protocol that the form goes on under; what it asks and nobody answered is doubt.
    Returns:
        The new record.
    """
    intake = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    number = intake.records.count() + 1
    _merge(intake, answers, medicines, now)
    if under is not None:
        intake.protocol, intake.seal = under.name, under.seal
    told = {field: str(answers.get(q) or "") for q, field in TOLD_TO_PATIENT.items() if q in answers}
    if told:
        patient_actions.describe(patient=intake.patient, told=told, by=by)
    facts = protocols.facts_of(intake, now=now)
    sealed = sealing.record_of(intake=intake, facts=facts, signature="", body_hash="", now=now, number=number)
    new = urgency.raised_by_sending(intake, sealed, now=now)
    intake.version += 1
    intake.save()
    sealed.save(force_insert=True)
    cancel(key_prefix=BY_A_DECISION, patient=intake.patient, reason="something new was told", by=by)
    if new:
        urgency.page_on_call(intake=intake, priority=sealed.priority, cause=f"record:{sealed.pk}", by=by, now=now)
    nudge(FOLLOW_UP, sealed.pk)
    record(
        by=by,
        action="intake.tell_again",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={
            "record": str(sealed.pk),
            "number": number,
            "questions": len(answers),
            "medicines": medicines is not None,
            "protocol": sealed.protocol,
            "priority": sealed.priority,
        },
    )
    return sealed


def _merge(
    intake: Intake, answers: Mapping[str, Any], medicines: Sequence[Mapping[str, Any]] | None, now: datetime
) -> None:
    merged, history = dict(intake.answers), list(intake.history)
    for question, answer in answers.items():
        if question in merged and merged[question] != answer:
            history.append([now.isoformat(), question, merged[question]])
        if answer is None:
            merged.pop(question, None)
        else:
            merged[question] = answer
    if medicines is not None:
        history += [[now.isoformat(), "med_list", each] for each in intake.medicines if each not in medicines]
        intake.medicines = [dict(each) for each in medicines]
    intake.answers, intake.history, intake.saved_at = merged, history[-MAX_HISTORY:], now
