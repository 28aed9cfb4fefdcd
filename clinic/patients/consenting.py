"""The rows that keep what somebody agreed to or refused, before they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.audit.record import line
from clinic.patients.models import Consent, ConsentWords


def consent_rows(
    *, patient_id: UUID, given: Mapping[str, bool], words: Mapping[str, str], version: str, by: Actor, now: datetime
) -> tuple[list[Consent], list[AuditEvent]]:
    """Each consent as its own row, with its own audit line; arguments as for `actions.agree_to`."""
    consents = [
        Consent(
            patient_id=patient_id,
            kind=kind,
            given=yes,
            wording_hash=hash_of(words[kind]),
            wording_version=version,
            at=now,
        )
        for kind, yes in given.items()
    ]
    lines = [
        line(
            by=by,
            action="patients.agree" if consent.given else "patients.refuse",
            subject=f"consent:{consent.pk}",
            patient=patient_id,
            detail={"kind": consent.kind},
        )
        for consent in consents
    ]
    return consents, lines


def words_rows(words: Mapping[str, str]) -> list[ConsentWords]:
    """The words themselves, in the order of their hashes, so that two people who sign never wait for each other."""
    return [
        ConsentWords(hash=hashed, words=text)
        for hashed, text in sorted({hash_of(t): t for t in words.values()}.items())
    ]


def hash_of(words: str) -> str:
    """What a consent keeps of the words that were read."""
    return hashlib.sha256(words.encode()).hexdigest()
