"""What a patient signed, word for word: each consent as it was read, what they said then, and what they say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.intake import protocols
from clinic.intake.consent_words import BETWEEN, is_optional
from clinic.intake.models import ScreeningRecord
from clinic.patients.models import Consent, ConsentWords
from screening.questions import Question


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent of a signed form. `changed_at` is when they changed their mind last, if they did."""

    id: UUID
    paragraphs: tuple[str, ...]
    version: str
    given: bool
    given_now: bool
    changed_at: datetime | None
    is_optional: bool


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """A signed form. `given_name` is the full name of the form, when the signature is another form of it."""

    name: str
    given_name: str
    at: datetime
    agreed: tuple[Agreed, ...]


def copy_of(record: ScreeningRecord) -> SignedCopy:
    """The signed copy of one sealed record.

    Args:
        record: with its intake and patient.
    """
    questions = protocols.of(record.intake).questions
    rows = list(Consent.objects.filter(patient=record.intake.patient).order_by("at", "-given"))
    signed = [row for row in rows if row.at == record.screened_at]
    words = ConsentWords.objects.in_bulk({row.wording_hash for row in signed})
    name, legal = record.signature["name"], str(record.answers["answers"].get("legal_name") or "")
    return SignedCopy(
        name=name,
        given_name=legal if legal and is_another_form(name, legal) else "",
        at=record.screened_at,
        agreed=tuple(_agreed(row, rows, words, questions.get(row.kind)) for row in _in_order(signed, list(questions))),
    )


def is_another_form(signature: str, legal_name: str) -> bool:
    """True when a signature is not the full name as it was given, whatever the capitals and spaces."""
    return signature.casefold().split() != legal_name.casefold().split()


def _in_order(signed: list[Consent], order: list[str]) -> list[Consent]:
    return sorted(signed, key=lambda row: order.index(row.kind) if row.kind in order else len(order))


def _agreed(row: Consent, rows: list[Consent], words: dict[str, ConsentWords], question: Question | None) -> Agreed:
    latest = [each for each in rows if each.kind == row.kind][-1]
    read = words.get(row.wording_hash)
    return Agreed(
        id=row.pk,
        paragraphs=tuple(read.words.split(BETWEEN)) if read else (),
        version=f"{row.wording_version}, {row.wording_hash[:12]}",
        given=row.given,
        given_now=latest.given,
        changed_at=latest.at if latest.pk != row.pk else None,
        is_optional=question is not None and is_optional(question),
    )
