"""What is told anew about a sealed record: the patient answers a question, or a clinician says which medicine it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake import protocols
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.clocks import due_after_answer
from clinic.reviews.models import Waiting
from clinic.reviews.raising import raise_what_is_urgent
from clinic.reviews.reopening import open_question
from clinic.reviews.signing import clinician_of
from clinic.reviews.standing import standing_decision
from clinic.reviews.undecided import AlreadyDecided, locked
from screening.medications import Reading
from screening.protocol import Protocol

EXACT: Final = "exact"


class NothingToAnswer(Exception):
    """No question is open for this patient any more."""


class OtherQuestion(Exception):
    """Something was answered that was not asked again."""


class NotThatMedicine(Exception):
    """There is no such line in the list, it is matched already, or the protocol does not assess what was chosen."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A medicine in the patient's own words: assessed names near it, and what it is known as elsewhere.

    Of a line that names several, the first that was not surely read.
    """

    id: str
    name: str
    near: tuple[str, ...]
    known_as: tuple[str, ...]


@transaction.atomic
def answer(*, patient: Patient, answers: Mapping[str, Any], by: Actor, now: datetime) -> ScreeningRecord:
    """Keep what a patient answered to the questions they were asked again, and screen everything anew.

    1. Lock the intake, as every writer of records and decisions does. 2. The question must still be open. 3. Exactly
    what was asked may be answered, and what it opens. 4. What is urgent in it pages, also what was known before.
    5. Seal the next record: every rule is asked again. The database ends the decision that asked, and the list gives
    the record back to the same clinician. 6. The clock that stood still goes on. 7. Audit.

    Args:
        patient: who answers.
        answers: keyed by question.
        by: the patient.
        now: the moment.
    Returns:
        The new record.
    Raises:
        NothingToAnswer: it was answered, or taken back.
        OtherQuestion: an answer to something else came with it.
    """
    _lock_intakes(patient)
    asked = open_question(patient, now=now)
    if asked is None:
        raise NothingToAnswer
    if not set(answers) <= set(asked.page.questions):
        raise OtherQuestion
    before = asked.decision.record
    intake = raise_what_is_urgent(asked.intake, answers, by=by, now=now)
    sealed = tell_again(intake=intake, answers=answers, by=by, now=now)
    due = due_after_answer(
        priority=sealed.priority, old_due_at=before.due_at, asked_at=asked.decision.decided_at, now=now
    )
    Waiting.objects.filter(record=sealed).update(due_at=due)
    audit.record(
        by=by,
        action="reviews.answer",
        subject=f"decision:{asked.decision.pk}",
        patient=patient.pk,
        detail={"record": str(sealed.pk), "asked": list(asked.decision.asks or [])},
    )
    return sealed


@transaction.atomic
def match(*, record: ScreeningRecord, medicine_id: str, ingredient: str, by: Actor, now: datetime) -> ScreeningRecord:
    """Say which medicine the patient's words mean, and screen everything anew with it.

    The patient's words stay as they are; the match stands beside them as the clinician's statement, and a record after
    the first waits for a decision whatever comes out, so nothing is lowered without being read.

    1. Only a clinician. 2. Lock the intake; refuse when it changed or somebody decided. 3. Only what was not matched,
    and only what the protocol assesses. 4. Seal the next record. 5. Audit with the ingredient.

    Args:
        record: what was read.
        medicine_id: the line of the patient's list.
        ingredient: a name of the protocol.
        by: the clinician.
        now: the moment.
    Returns:
        The new record.
    Raises:
        signing.MayNotDecide, ChangedSince, AlreadyDecided, NotThatMedicine: see each.
    """
    clinician = clinician_of(by)
    latest = locked(record)
    if standing := standing_decision(latest):
        raise AlreadyDecided(standing)
    medicines = _matched(latest, medicine_id, ingredient, clinician, now)
    due = Waiting.objects.filter(record=latest).values_list("due_at", flat=True).first() or latest.due_at
    sealed = tell_again(intake=latest.intake, answers={}, medicines=medicines, by=by, now=now)
    Waiting.objects.filter(record=sealed).update(due_at=min(due, sealed.due_at))
    audit.record(
        by=by,
        action="reviews.match",
        subject=f"record:{sealed.pk}",
        patient=latest.intake.patient_id,
        detail={"medicine": medicine_id, "ingredient": ingredient, "before": str(latest.pk)},
    )
    return sealed


def unmatched_line(record: ScreeningRecord, medicine_id: str) -> Unmatched | None:
    """A line of the patient's list that was not surely read; None when there is none or it was."""
    line = next((each for each in record.answers["medicines"] if str(each["id"]) == medicine_id), None)
    if line is None:
        return None
    typed = line.get("confirmed_as") or line["name"]
    read = [each for each in record.result["medications"] if each["typed"] and each["typed"] in typed]
    open_ = [each for each in read if each["match"] != EXACT or not each["look_back"]]
    if read and not open_:
        return None
    assessed = protocols.of(record.intake).medications
    first = open_[:1] if len(read) > 1 else read
    near = [name for each in first for said in each["suggestions"] for name in said["ingredients"] if name in assessed]
    known = [name for each in first for name in each["known_as"]]
    words = first[0]["typed"] if len(read) > 1 else line["name"]
    return Unmatched(medicine_id, words, tuple(dict.fromkeys(near)), tuple(dict.fromkeys(known)))


def _matched(
    record: ScreeningRecord, medicine_id: str, ingredient: str, clinician: User, now: datetime
) -> list[dict[str, Any]]:
    """The patient's list with one line matched by a clinician."""
    protocol = protocols.of(record.intake)
    if unmatched_line(record, medicine_id) is None or ingredient not in protocol.medications:
        raise NotThatMedicine
    said = {"matched_by": clinician.name, "matched_at": now.isoformat()}
    return [
        {**each, "confirmed_as": _with_match(each, ingredient, protocol), **said}
        if str(each["id"]) == medicine_id
        else dict(each)
        for each in record.answers["medicines"]
    ]


def _with_match(line: Mapping[str, Any], ingredient: str, protocol: Protocol) -> str:
    """What a line means now: of several medicines in it only the first that was not surely read is replaced."""
    readings = protocol.names.read(line.get("confirmed_as") or line["name"])
    unread = next((n for n, each in enumerate(readings) if not _is_assessed(each, protocol)), 0)
    return "; ".join(ingredient if n == unread else each.typed for n, each in enumerate(readings))


def _is_assessed(reading: Reading, protocol: Protocol) -> bool:
    return reading.match == EXACT and all(name in protocol.medications for name in reading.ingredients)


def _lock_intakes(patient: Patient) -> None:
    list(Intake.objects.select_for_update().filter(patient=patient).order_by("pk"))
