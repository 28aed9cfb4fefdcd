"""What is done with intakes: begun, saved page by page, medicines listed. Sending is in `send_actions`."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clinic.audit import together
from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.audit.record import line, record
from clinic.intake import protocols, urgency
from clinic.intake.models import Intake
from clinic.patients import actions as patient_actions
from screening.facts import Facts
from screening.protocol import Page

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
SAVED: Final = ("answers", "medicines", "visited", "history", "saved_at", *urgency.FIELDS)
"""Which fields saving a page or a medicine may change."""
MAX_MEDICINES: Final = 60
MAX_HISTORY: Final = 2_000


class AlreadySubmitted(Exception):
    """The intake was sent; what was typed after that is not saved, and what was sent is safe."""


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


def save_page(*, intake: Intake, page: Page, answers: dict[str, Any], by: Actor, now: datetime) -> Saved:
    """Keep the answers of one page; other questions are left as they are, so that two tabs do not undo each other.

    1. Keep old values in the history. 2. Where the page says nothing of who the patient is, and nothing urgent that is
    new, write the page and its audit line in one statement, unless somebody saved since the intake was read. Otherwise:
    3. Lock the intake. 4. Refuse when it was sent. 5. Copy who the patient is. 6. Page the person on call. 7. Write it.

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
    told = {field: str(answers.get(q) or "") for q, field in TOLD_TO_PATIENT.items() if q in answers}
    if intake.state == Intake.State.DRAFT and not told:
        saved = _with_page(copy.copy(intake), page, answers, now)
        if not urgency.newly_raised(saved.intake, saved.facts) and _write_if_still(saved.intake, answers, by=by):
            return saved
    with transaction.atomic():
        saved = _with_page(_draft(intake), page, answers, now)
        if told:
            patient_actions.describe(patient=saved.intake.patient, told=told, by=by)
        help_now = urgency.ask(saved.intake, saved.facts, by=by, now=now)
        _write(saved.intake, _page_line(saved.intake, answers, by=by))
        return replace(saved, help_now=help_now)


def _with_page(intake: Intake, page: Page, answers: dict[str, Any], now: datetime) -> Saved:
    """What comes of the answers of a page, before anything of it is written."""
    is_steering = not protocols.of(intake).steering.isdisjoint(answers)
    shown_before = set(protocols.facts_of(intake, now=now).shown) if is_steering else set()
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
    facts = protocols.facts_of(intake, now=now)
    closed = sorted((shown_before - set(facts.shown)) & merged.keys())
    intake.history = [*intake.history, *([now.isoformat(), q, merged[q]] for q in closed)][-MAX_HISTORY:]
    return Saved(intake, facts, len(closed), help_now=False)


def _page_line(intake: Intake, answers: dict[str, Any], *, by: Actor) -> AuditEvent:
    subject, detail = f"intake:{intake.pk}", {"questions": len(answers)}
    return line(by=by, action="intake.save_page", subject=subject, patient=intake.patient_id, detail=detail)


@transaction.atomic
def keep_medicine(*, intake: Intake, medicine: dict[str, str], by: Actor, now: datetime) -> Saved:
    """Add a medicine to the list, or change the one with the same id.

    Args:
        intake: which.
        medicine: id, name, status (taking, as_needed, stopped, unsure), dose, last_taken (ISO date or ""),
            confirmed_as (a suggestion the patient chose, or ""), reason, prescriber.
        by: the patient.
        now: the moment.
    Raises:
        AlreadySubmitted: it was sent already.
        ListIsFull: there are 60 already.
    """
    intake = _draft(intake)
    others = [each for each in intake.medicines if each["id"] != medicine["id"]]
    if len(others) == len(intake.medicines) and len(others) >= MAX_MEDICINES:
        raise ListIsFull
    before = [each for each in intake.medicines if each["id"] == medicine["id"] and each != medicine]
    intake.history = [*intake.history, *([now.isoformat(), "med_list", each] for each in before)][-MAX_HISTORY:]
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
    intake = _draft(intake)
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


def _draft(intake: Intake) -> Intake:
    locked = Intake.objects.locked(intake)
    if locked.state != Intake.State.DRAFT:
        raise AlreadySubmitted
    return locked


def _write(intake: Intake, saved: AuditEvent) -> None:
    """Write what changed of a locked intake, together with its audit line."""
    intake.version += 1
    together.write(saved, changed={intake: ("version", *SAVED)})


def _write_if_still(intake: Intake, answers: dict[str, Any], *, by: Actor) -> bool:
    """Write a page of an intake that is not locked; False when somebody saved since it was read: nothing is written."""
    still = {"version": intake.version}
    intake.version += 1
    saved = _page_line(intake, answers, by=by)
    return together.write_if_still(intake, ("version", *SAVED), saved, still=still)


def _medicines_saved(intake: Intake, action: str, *, by: Actor, now: datetime) -> Saved:
    facts = protocols.facts_of(intake, now=now)
    help_now = urgency.ask(intake, facts, by=by, now=now)
    intake.saved_at = now
    detail = {"count": len(intake.medicines)}
    saved = line(by=by, action=action, subject=f"intake:{intake.pk}", patient=intake.patient_id, detail=detail)
    _write(intake, saved)
    return Saved(intake, facts, 0, help_now)
