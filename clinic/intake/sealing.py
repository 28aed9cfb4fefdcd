"""Making the sealed record of an intake: what was answered, what came out, and what was agreed to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.intake import protocols
from clinic.intake.clock import due_at
from clinic.intake.consent_words import words_of_all
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.consenting import consent_rows, words_rows
from clinic.patients.models import Consent, ConsentWords
from screening.engine import canonical, decide
from screening.facts import Facts


def record_of(
    *, intake: Intake, facts: Facts, signature: str, body_hash: str, now: datetime, number: int = 1
) -> ScreeningRecord:
    """Screen the answers of an intake: the record that is kept for good, before it is written.

    Args:
        intake: with its final answers; the caller holds its lock.
        facts: those of its final answers.
        signature: the name that was typed.
        body_hash: what the signed form said, to know it again.
        now: the moment.
        number: which record of this intake it is, from 1.
    """
    protocol = facts.protocol
    answers = {"answers": intake.answers, "medicines": intake.medicines}
    result = decide(facts, started_under=protocols.started_under(intake, protocol)).as_json()
    return ScreeningRecord(
        intake=intake,
        number=number,
        protocol=protocol.name,
        seal=protocol.seal,
        answers_hash=hashlib.sha256(canonical(answers)).hexdigest(),
        body_hash=body_hash,
        answers=answers,
        result=result,
        signature={"name": signature, "at": now.isoformat()},
        outcome=result["outcome"],
        priority=result["priority"],
        screened_at=now,
        due_at=due_at(priority=str(result["priority"]), now=now),
    )


def consents_of(
    *, intake: Intake, consents: dict[str, Any], by: Actor, now: datetime
) -> tuple[list[Consent], AuditEvent, Sequence[ConsentWords]]:
    """Each consent of the signing page with the hash of the words that were read, their audit line, and the words."""
    protocol = protocols.shown(protocols.of(intake))
    read = words_of_all(protocol.questions[question_id] for question_id in consents)
    words = {question_id: str(each) for question_id, each in read.items()}
    given, said = consent_rows(
        patient_id=intake.patient_id,
        given={question_id: answer == "yes" for question_id, answer in consents.items()},
        words=words,
        version=f"{protocol.name}/{protocols.language_of(protocol)}",
        by=by,
        now=now,
    )
    return given, said, words_rows(words)
