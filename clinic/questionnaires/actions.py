"""What is done with questionnaires: opened by a follow-up, saved page by page, sent once, closed when over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import protocols
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake
from clinic.intake.safety_actions import raise_anew
from clinic.patients.models import Patient
from clinic.questionnaires.asking import BLADDER, asks_for, facts_of, first_record, items_of, scored, symptoms
from clinic.questionnaires.comparing import SAFETY_ITEMS, is_worse, series_of
from clinic.questionnaires.models import Questionnaire
from clinic.questionnaires.safety import Raised, newly_raised
from screening.facts import Facts
from screening.protocol import Page

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
ANSWER_WITHIN: Final = timedelta(days=3)
"""Source: ux.md P23: after three days a person takes over. It can still be answered until the next one comes."""
BLADDER_TOLD: Final = ["luts"]
"""The answer of the protocol to "Do you have bladder problems?" that stands for any new symptom. Source: F37."""
State, Concern = Questionnaire.State, Questionnaire.Concern


class NotOpen(Exception):
    """It was sent already, or its time is over; what was typed after that is not saved, and what was sent is safe."""


@transaction.atomic
def open_for(*, patient: Patient, asked_for: UUID, plan: str, by: Actor, now: datetime) -> Questionnaire | None:
    """Open the questions of one follow-up; the same follow-up again changes nothing.

    1. Only for somebody whose form was sent. 2. Choose the scales. 3. Close what was left open before: this asks the
    same. 4. Audit.

    Args:
        patient: whom.
        asked_for: the id of the follow-up.
        plan: which follow-up of the protocol.
        by: the part of the system that opens it.
        now: the moment.
    Returns:
        The questionnaire; None when there is nothing to ask this patient.
    """
    before = Questionnaire.objects.filter(asked_for=asked_for).first()
    intake = patient.intakes.filter(state=Intake.State.SUBMITTED).order_by("-submitted_at").first()
    first = first_record(intake) if intake else None
    if before is not None or first is None:
        return before
    asks = asks_for(plan, first)
    if not asks:
        return None
    for older in Questionnaire.objects.select_for_update().filter(patient=patient, state=State.OPEN):
        if set(older.asks) <= set(asks):
            _close(older, by=by, now=now)
    opened = Questionnaire.objects.create(
        patient=patient,
        intake=intake,
        asked_for=asked_for,
        plan=plan,
        asks=list(asks),
        opened_at=now,
        answer_by=now + ANSWER_WITHIN,
    )
    _record(opened, "questionnaires.open_for", by=by)
    return opened


@transaction.atomic
def save_page(
    *, questionnaire: Questionnaire, page: Page, answers: dict[str, Any], by: Actor, now: datetime
) -> tuple[Questionnaire, bool]:
    """Keep the answers of one page, and ask the urgent rules about them at once.

    1. Lock the questionnaire; refuse when it is not open any more. 2. Keep the answers. 3. What is newly urgent raises
    the flag of the form, pages the person on call, and has every rule asked again with these answers, so that no
    decision made before them stands. 4. Audit.

    Args:
        questionnaire: which.
        page: the page that was filled in.
        answers: keyed by question; None for one that was left open or taken back.
        by: the patient.
        now: the moment.
    Returns:
        The questionnaire as it is now, and whether help is shown now.
    Raises:
        NotOpen: it was sent, or its time is over.
    """
    kept = _locked(questionnaire)
    kept.answers = {name: answer for name, answer in {**kept.answers, **answers}.items() if answer is not None}
    kept.visited = sorted({*kept.visited, page.id})
    kept.saved_at = now
    facts = facts_of(kept, now=now)
    raised = newly_raised(kept, facts, now=now)
    if raised is not None:
        kept.raised = sorted({*kept.raised, *raised.rules})
        _tell(raised, kept, cause=f"questionnaire:{kept.pk}:{len(kept.raised)}", by=by, now=now)
    kept.save(update_fields=["answers", "visited", "saved_at", "raised"])
    _record(kept, "questionnaires.save_page", by=by)
    return kept, raised is not None


@transaction.atomic
def hear_late(*, questionnaire: Questionnaire, answers: dict[str, Any], by: Actor, now: datetime) -> bool:
    """Hear what is urgent in a page that came when the questions were not open any more; what was sent stays as it is.

    1. Lock the questionnaire. 2. Ask the urgent rules about these answers beside those that are kept. 3. What is newly
    urgent is told as in `save_page`; the answers stand in the next record of the form. 4. Audit.

    Args:
        questionnaire: which.
        answers: of the page, keyed by question.
        by: the patient.
        now: the moment; the same page again within a minute pages once.
    Returns:
        Whether help is shown now.
    """
    kept = _rows().get(pk=questionnaire.pk)
    kept.answers = {**kept.answers, **{name: answer for name, answer in answers.items() if answer is not None}}
    raised = newly_raised(kept, facts_of(kept, now=now), now=now)
    if raised is not None:
        _tell(raised, kept, cause=f"questionnaire:{kept.pk}:late:{now:%Y%m%dT%H%M}", by=by, now=now)
    _record(kept, "questionnaires.hear_late", by=by)
    return raised is not None


@transaction.atomic
def send(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> Questionnaire:
    """Send a questionnaire: score it and keep it for good. Sending it twice is sending it once.

    1. Lock it. 2. Score each scale; one with gaps has no score. 3. Say how soon a clinician reads it: item 9 left open,
    a symptom, or a score that rose. 4. The database keeps it as it is from now on. 5. A symptom of the bladder has
    every rule asked again, which closes booking until a clinician has read it. 6. Audit; a task follows from the row.

    Args:
        questionnaire: which.
        by: the patient.
        now: the moment.
    Returns:
        The questionnaire as it was sent.
    Raises:
        NotOpen: its time is over, and it was never sent.
    """
    kept = Questionnaire.objects.select_for_update(of=("self",)).select_related("intake").get(pk=questionnaire.pk)
    if kept.state == State.SENT:
        return kept
    if kept.state != State.OPEN:
        raise NotOpen
    facts = facts_of(kept, now=now)
    kept.scores = _scores(kept, facts)
    kept.concern = _concern(kept, facts)
    kept.state, kept.sent_at, kept.saved_at = State.SENT, now, now
    kept.save(update_fields=["scores", "concern", "state", "sent_at", "saved_at"])
    if BLADDER in kept.asks and symptoms(kept):
        tell_again(intake=_form_now(kept), answers={"bladder": BLADDER_TOLD}, by=by, now=now)
    _record(kept, "questionnaires.send", by=by)
    nudge(FOLLOW_UP, kept.pk)
    return kept


def _rows() -> QuerySet[Questionnaire]:
    return Questionnaire.objects.select_for_update(of=("self",)).select_related("intake__patient")


def _locked(questionnaire: Questionnaire) -> Questionnaire:
    kept = _rows().get(pk=questionnaire.pk)
    if kept.state != State.OPEN:
        raise NotOpen
    return kept


def _tell(raised: Raised, kept: Questionnaire, *, cause: str, by: Actor, now: datetime) -> None:
    """Raise the flag of the form that counts now, page the person on call, and have every rule asked again."""
    form = _form_now(kept)
    intake = raise_anew(intake=form, priority=raised.priority, rules=raised.rules, cause=cause, by=by, now=now)
    tell_again(intake=intake, answers=_of_protocol(kept, intake), by=by, now=now)


def _close(questionnaire: Questionnaire, *, by: Actor, now: datetime) -> None:
    questionnaire.state, questionnaire.closed_at = State.CLOSED, now
    questionnaire.save(update_fields=["state", "closed_at"])
    _record(questionnaire, "questionnaires.close", by=by)


def _form_now(kept: Questionnaire) -> Intake:
    """The form that counts now: another one may have been sent since the questions were opened."""
    sent = Intake.objects.filter(patient=kept.patient_id, state=Intake.State.SUBMITTED)
    return sent.order_by("-submitted_at").first() or kept.intake


def _of_protocol(kept: Questionnaire, intake: Intake) -> dict[str, Any]:
    """The answers to questions of the protocol of a form; those of the checks are kept here."""
    known = protocols.of(intake).questions
    return {name: answer for name, answer in kept.answers.items() if name in known}


def _scores(kept: Questionnaire, facts: Facts) -> dict[str, Any]:
    scales = [name for name in kept.asks if name in facts.protocol.instruments]
    found = {name: scored(facts.protocol, name, kept.answers) for name in scales}
    return {
        name: {
            "total": score.total if score else None,
            "band": score.band if score else None,
            "flags": list(score.flags) if score else ["Not readable."],
        }
        for name, score in found.items()
    }


def _concern(kept: Questionnaire, facts: Facts) -> str:
    """How soon a clinician reads it; what is urgent was told when the page was saved."""
    left_open = (name for name in SAFETY_ITEMS if name in items_of(kept) and kept.answers.get(name) is None)
    if any(left_open):
        return Concern.CALL_TODAY
    if symptoms(kept):
        return Concern.SYMPTOM
    before = series_of(kept.patient)
    scales = [name for name in kept.asks if name in facts.protocol.instruments]
    scores = {name: scored(facts.protocol, name, kept.answers) for name in scales}
    worse = any(is_worse(before, name, kept.answers, score) for name, score in scores.items())
    return Concern.WORSE if worse else Concern.NONE


def _record(questionnaire: Questionnaire, action: str, *, by: Actor) -> None:
    record(
        by=by,
        action=action,
        subject=f"questionnaire:{questionnaire.pk}",
        patient=questionnaire.patient_id,
        detail={"plan": questionnaire.plan, "state": questionnaire.state},
    )
