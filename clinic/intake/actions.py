"""What is done with intakes: begun, saved page by page, medicines listed, signed and sent."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import protocols, sealing
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.actions import queue
from clinic.patients import actions as patient_actions
from screening.engine import canonical, urgent_now
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import PRIORITIES, Page

TOLD_TO_PATIENT: Final = {
    "legal_name": "legal_name",
    "preferred_name": "preferred_name",
    "dob": "born_on",
    "email": "email",
    "phone": "phone",
    "safe_contact": "safe_contact",
    "country": "country",
    "region": "region",
}
"""Which answers also say who the patient is."""
FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
MAX_MEDICINES: Final = 60
MAX_HISTORY: Final = 2_000


class AlreadySubmitted(Exception):
    """The intake was sent; what was typed after that is not saved, and what was sent is safe."""


class SentDifferently(Exception):
    """A second, different form came with the key of one that was sent. The first stands; nothing was lost."""


class Incomplete(Exception):
    """Some page is not done; `page` is the first of them."""

    def __init__(self, page: Page | None) -> None:
        super().__init__("incomplete")
        self.page = page


class ListIsFull(Exception):
    """More medicines than anybody can be asked about in a form; the clinic calls instead."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: the intake as it is now, how many answers no longer apply, and whether help is shown now."""

    intake: Intake
    facts: Facts
    no_longer_apply: int
    help_now: bool


@transaction.atomic
def begin(*, by: Actor, now: datetime) -> Intake:
    """Start an intake under the current protocol, for a patient of whom nothing is known yet.

    Args:
        by: the visitor.
        now: the moment.
    """
    protocol = protocols.current()
    intake = Intake.objects.create(
        patient=patient_actions.begin(by=by, now=now),
        protocol=protocol.name,
        seal=protocol.seal,
        started_at=now,
        saved_at=now,
    )
    record(by=by, action="intake.begin", subject=f"intake:{intake.pk}", patient=intake.patient_id)
    return intake


@transaction.atomic
def save_page(*, intake: Intake, page: Page, answers: dict[str, Any], by: Actor, now: datetime) -> Saved:
    """Keep the answers of one page; other questions are left as they are, so that two tabs do not undo each other.

    1. Lock the intake. 2. Refuse when it was sent. 3. Keep old values in the history. 4. Copy who the patient is.
    5. Ask the urgent rules. 6. Write the audit line.

    Args:
        intake: which.
        page: the page that was filled in.
        answers: the answers of that page, keyed by question; None takes an answer back.
        by: the patient.
        now: the moment.
    Returns:
        What came of it.
    Raises:
        AlreadySubmitted: it was sent already.
    """
    intake = _locked(intake)
    shown_before = set(protocols.facts_of(intake, now=now).shown)
    merged = dict(intake.answers)
    history = list(intake.history)
    for question, answer in answers.items():
        if question in merged and merged[question] != answer:
            history.append([now.isoformat(), question, merged[question]])
        if answer is None:
            merged.pop(question, None)
        else:
            merged[question] = answer
    intake.answers, intake.history = merged, history[-MAX_HISTORY:]
    intake.visited = sorted({*intake.visited, page.id})
    intake.saved_at = now
    told = {field: str(answers.get(q) or "") for q, field in TOLD_TO_PATIENT.items() if q in answers}
    if told:
        patient_actions.describe(patient=intake.patient, told=told, by=by)
    facts = protocols.facts_of(intake, now=now)
    help_now = _ask_urgent_rules(intake, facts, by=by, now=now)
    intake.save()
    record(
        by=by,
        action="intake.save_page",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"questions": len(answers)},
    )
    closed = shown_before - set(facts.shown)
    return Saved(intake, facts, sum(q in merged for q in closed), help_now)


@transaction.atomic
def keep_medicine(*, intake: Intake, medicine: dict[str, str], by: Actor, now: datetime) -> Saved:
    """Add a medicine to the list, or change the one with the same id.

    Args:
        intake: which.
        medicine: id, name, status (taking, as_needed, stopped, unsure), dose, last_taken (ISO date or ""),
            confirmed_as (a suggestion the patient chose, or "").
        by: the patient.
        now: the moment.
    Raises:
        AlreadySubmitted: it was sent already.
        ListIsFull: there are 60 already.
    """
    intake = _locked(intake)
    others = [each for each in intake.medicines if each["id"] != medicine["id"]]
    if len(others) == len(intake.medicines) and len(others) >= MAX_MEDICINES:
        raise ListIsFull
    places = [each["id"] for each in intake.medicines]
    place = places.index(medicine["id"]) if medicine["id"] in places else len(others)
    intake.medicines = [*others[:place], medicine, *others[place:]]
    return _medicines_saved(intake, "intake.keep_medicine", by=by, now=now)


@transaction.atomic
def remove_medicine(*, intake: Intake, medicine_id: str, by: Actor, now: datetime) -> Saved:
    """Take a medicine off the list; it stays in the history.

    Args:
        intake: which.
        medicine_id: the id of the line.
        by: the patient.
        now: the moment.
    Raises:
        AlreadySubmitted: it was sent already.
    """
    intake = _locked(intake)
    gone = [each for each in intake.medicines if each["id"] == medicine_id]
    intake.history = [*intake.history, *([now.isoformat(), "med_list", each] for each in gone)][-MAX_HISTORY:]
    intake.medicines = [each for each in intake.medicines if each["id"] != medicine_id]
    return _medicines_saved(intake, "intake.remove_medicine", by=by, now=now)


@transaction.atomic
def say_safe(*, intake: Intake, by: Actor, now: datetime) -> None:
    """Keep that somebody who was shown help said "I am safe for now"; the clinic still calls, booking stays closed.

    Args:
        intake: which.
        by: the patient.
        now: the moment.
    """
    Intake.objects.filter(pk=intake.pk).update(said_safe_at=now)
    record(by=by, action="intake.say_safe", subject=f"intake:{intake.pk}", patient=intake.patient_id)


@transaction.atomic
def submit(
    *, intake: Intake, key: uuid.UUID, name: str, consents: dict[str, Any], page: Page, by: Actor, now: datetime
) -> ScreeningRecord:
    """Sign an intake, screen it and seal the record.

    1. Lock the intake. 2. The same key and body again is the same record; another body is refused and changes nothing.
    3. Keep the consents as answers. 4. Every page must be done. 5. Ask every rule. 6. Seal the record with the answers
    and the result. 7. Tell the patient that it arrived, and the person on call when it is urgent. 8. Audit.

    Args:
        intake: which.
        key: the key the server put into the form.
        name: the name typed as signature.
        consents: the answers of the signing page.
        page: the signing page.
        by: the patient.
        now: the moment.
    Returns:
        The sealed record.
    Raises:
        SentDifferently: it was sent before with another body, or the key is not the one of this intake.
        Incomplete: some page is not done.
    """
    intake = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    body_hash = _body_hash(name, consents)
    if intake.state == Intake.State.SUBMITTED:
        return _same_as_sent(intake, key, body_hash)
    if key != intake.submit_key:
        raise SentDifferently
    intake.answers = {**intake.answers, **{q: a for q, a in consents.items() if a is not None}}
    intake.visited = sorted({*intake.visited, page.id})
    facts = protocols.facts_of(intake, now=now)
    open_page = Journey(facts, frozenset(intake.visited)).first_open()
    if open_page is not None:
        raise Incomplete(open_page)
    intake.state, intake.submitted_at, intake.saved_at = Intake.State.SUBMITTED, now, now
    sealed = sealing.seal_record(intake=intake, facts=facts, signature=name, body_hash=body_hash, now=now)
    new = _raised_by_sending(intake, sealed, now=now)
    intake.save()
    sealing.keep_consents(intake=intake, consents=consents, by=by, now=now)
    queue(
        key=f"intake-received:{sealed.pk}",
        template="intake-received",
        patient=intake.patient,
        about={"record": str(sealed.pk)},
        by=by,
        now=now,
        keeps_quiet_hours=False,
    )
    if new:
        page_on_call(intake=intake, priority=sealed.priority, cause=f"record:{sealed.pk}", by=by, now=now)
    nudge(FOLLOW_UP, sealed.pk)
    record(
        by=by,
        action="intake.submit",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"record": str(sealed.pk), "protocol": sealed.protocol, "priority": sealed.priority},
    )
    return sealed


def page_on_call(*, intake: Intake, priority: str, cause: str, by: Actor, now: datetime) -> None:
    """Tell the person on call, in the transaction of the answer that made it urgent.

    Args:
        intake: which.
        priority: P0 or P1.
        cause: what it is for; the same cause pages once.
        by: the patient.
        now: the moment.
    """
    queue(
        key=f"urgent-page:{intake.pk}:{cause}",
        template="urgent-page",
        to_role="on_call",
        channel="pager",
        about={"reference": intake.reference, "priority": priority},
        by=by,
        now=now,
        is_urgent=True,
    )


def _locked(intake: Intake) -> Intake:
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if locked.state != Intake.State.DRAFT:
        raise AlreadySubmitted
    return locked


def _medicines_saved(intake: Intake, action: str, *, by: Actor, now: datetime) -> Saved:
    facts = protocols.facts_of(intake, now=now)
    help_now = _ask_urgent_rules(intake, facts, by=by, now=now)
    intake.saved_at = now
    intake.save()
    detail = {"count": len(intake.medicines)}
    record(by=by, action=action, subject=f"intake:{intake.pk}", patient=intake.patient_id, detail=detail)
    return Saved(intake, facts, 0, help_now)


def _ask_urgent_rules(intake: Intake, facts: Facts, *, by: Actor, now: datetime) -> bool:
    """Ask the urgent rules about what is saved; a rule that newly holds pages the person on call and shows help."""
    pages = facts.protocol.pages
    saved = frozenset(q for page in intake.visited if page in pages for q in pages[page].questions)
    found = urgent_now(facts, saved=saved)
    new = [finding.rule for finding in found if finding.rule.id not in intake.urgent_rules]
    if not new:
        return False
    intake.urgent_rules = sorted({*intake.urgent_rules, *(rule.id for rule in new)})
    intake.safety_raised_at = now
    worst = min((rule.priority for rule in new), key=PRIORITIES.index)
    intake.safety_priority = min(filter(None, (intake.safety_priority, worst)), key=PRIORITIES.index)
    page_on_call(intake=intake, priority=worst, cause=f"raised-{len(intake.urgent_rules)}", by=by, now=now)
    record(
        by=by,
        action="intake.raise_safety",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"priority": worst},
    )
    return True


def _raised_by_sending(intake: Intake, sealed: ScreeningRecord, *, now: datetime) -> bool:
    """Keep the urgent rules that hold only now that the form is whole; True when there is one nobody was told of."""
    urgent = [found for found in sealed.result["findings"] if found["outcome"] == "urgent"]
    new = [found for found in urgent if found["rule"] not in intake.urgent_rules]
    if not new:
        return False
    intake.urgent_rules = sorted({*intake.urgent_rules, *(found["rule"] for found in new)})
    intake.safety_raised_at = now
    priorities = (intake.safety_priority, *(found["priority"] for found in new))
    intake.safety_priority = min(filter(None, priorities), key=PRIORITIES.index)
    return True


def _same_as_sent(intake: Intake, key: uuid.UUID, body_hash: str) -> ScreeningRecord:
    sent = intake.records.order_by("number").last()
    if sent is None or key != intake.submit_key or sent.body_hash != body_hash:
        raise SentDifferently
    return sent


def _body_hash(name: str, consents: dict[str, Any]) -> str:
    return hashlib.sha256(canonical({"name": name, "consents": consents})).hexdigest()
