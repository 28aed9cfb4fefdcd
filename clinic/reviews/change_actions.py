"""What is done when something changes after a form was sent: the patient tells it, or a new protocol asks other rules.

Every rule is asked again in the same transaction. A record after the first waits for a clinician whatever comes out, so
a changed outcome is read by a person and never told to the patient by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake import protocols
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Waiting
from clinic.reviews.raising import raise_what_is_urgent
from clinic.reviews.worklist import latest_record
from screening.engine import decide
from screening.facts import Facts
from screening.protocol import Protocol

COMPARED: Final = ("outcome", "priority", "services")
"""What makes an outcome another one."""


class NothingToChange(Exception):
    """This patient has sent no form that could change."""


@transaction.atomic
def tell_change(
    *,
    patient: Patient,
    answers: Mapping[str, Any],
    by: Actor,
    now: datetime,
    medicines: Sequence[Mapping[str, Any]] = (),
) -> ScreeningRecord:
    """Keep what a patient tells us anew, and ask every rule of the current protocol again.

    1. Lock the form. 2. What is told twice in the same words is told once. 3. An answer that is urgent, or a new line
    with safety words, pages the person on call, although the same was known before: it is said again now. 4. Seal the
    next record; the database ends the decision before it, and the list keeps its clock when that was earlier. 5. Audit.

    Args:
        patient: who tells it.
        answers: keyed by question; only what changed.
        by: the patient.
        now: the moment.
        medicines: new lines of the list.
    Returns:
        The record that counts now.
    Raises:
        NothingToChange: no form was sent.
    """
    intake = _sent_form(patient)
    before = latest_record(intake.pk) if intake else None
    if intake is None or before is None:
        raise NothingToChange
    new = [line for line in medicines if line["id"] not in {each["id"] for each in intake.medicines}]
    differs = {name: answer for name, answer in answers.items() if intake.answers.get(name) != answer}
    intake = raise_what_is_urgent(intake, answers, medicines=new, by=by, now=now)
    if not new and not differs:
        return before
    due = Waiting.objects.filter(record=before).values_list("due_at", flat=True).first()
    sealed = tell_again(
        intake=intake,
        answers=differs,
        medicines=[*intake.medicines, *new] if new else None,
        under=_newer_than(intake),
        by=by,
        now=now,
    )
    Waiting.objects.filter(record=sealed).update(due_at=min(due or sealed.due_at, sealed.due_at))
    audit.record(
        by=by,
        action="reviews.tell_change",
        subject=f"record:{sealed.pk}",
        patient=patient.pk,
        detail={"questions": len(differs), "medicines": len(new), "before": str(before.pk)},
    )
    return sealed


@transaction.atomic
def ask_new_rules(*, intake: Intake, by: Actor, now: datetime) -> ScreeningRecord | None:
    """Ask the rules of the current protocol about a form that was sent under another one.

    1. Lock the form. 2. Ask. 3. When the outcome, its priority and that of each service are the same, only the audit
    says that it was asked. 4. Otherwise seal the next record, which waits for a clinician.

    Args:
        intake: which.
        by: the part of the system that asks.
        now: the moment.
    Returns:
        The new record; None when the outcome is the same.
    """
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    before, protocol = latest_record(locked.pk), _newer_than(locked)
    if before is None or protocol is None:
        return None
    facts = protocols.facts_of(locked, now=now)
    anew = decide(Facts(protocol, facts.given, facts.on, facts.clinic, facts.medications)).as_json()
    if all(anew[name] == before.result[name] for name in COMPARED):
        sealed = None
    else:
        sealed = tell_again(intake=locked, answers={}, under=protocol, by=by, now=now)
    audit.record(
        by=by,
        action="reviews.ask_new_rules",
        subject=f"intake:{locked.pk}",
        patient=locked.patient_id,
        detail={"protocol": protocol.name, "before": before.outcome, "now": str(anew["outcome"])},
    )
    return sealed


def _sent_form(patient: Patient) -> Intake | None:
    """The latest form that was sent, held until the transaction ends."""
    sent = Intake.objects.select_for_update(of=("self",)).filter(patient=patient, state=Intake.State.SUBMITTED)
    return sent.select_related("patient").order_by("-submitted_at").first()


def _newer_than(intake: Intake) -> Protocol | None:
    """Today's protocol, when the form is not under it already."""
    protocol = protocols.current()
    return None if intake.protocol == protocol.name else protocol
