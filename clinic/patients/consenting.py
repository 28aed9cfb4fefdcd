"""The rows that keep what somebody agreed to or refused, before they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.audit.record import Detail, line
from clinic.patients.models import Consent, ConsentWords

TEXTS_KEPT: Final = 500
"""So many texts of the clinic a process keeps with their hash: all that one protocol has in some languages."""


def consent_rows(
    *, patient_id: UUID, given: Mapping[str, bool], words: Mapping[str, str], version: str, by: Actor, now: datetime
) -> tuple[list[Consent], AuditEvent]:
    """Each consent as its own row, and the audit line that names them all; arguments as for `actions.agree_to`."""
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
    said: dict[str, Detail] = {
        "agreed": [kind for kind, yes in given.items() if yes],
        "refused": [kind for kind, yes in given.items() if not yes],
    }
    return consents, line(
        by=by,
        action="patients.consent",
        subject=f"patient:{patient_id}",
        patient=patient_id,
        detail=said,
    )


def words_rows(words: Mapping[str, str]) -> tuple[ConsentWords, ...]:
    """The words themselves, in the order of their hashes, so that two people who sign never wait for each other."""
    return _rows(tuple(words.values()))


@lru_cache(TEXTS_KEPT)
def _rows(texts: tuple[str, ...]) -> tuple[ConsentWords, ...]:
    """Made once for all who read the same; nothing in them is about anybody, and nobody changes them."""
    by_hash = sorted({hash_of(text): text for text in texts}.items())
    return tuple(ConsentWords(hash=hashed, words=text) for hashed, text in by_hash)


@lru_cache(TEXTS_KEPT)
def hash_of(words: str) -> str:
    """What a consent keeps of the words that were read."""
    return hashlib.sha256(words.encode()).hexdigest()
