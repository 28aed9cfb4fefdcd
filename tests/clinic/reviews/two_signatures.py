"""A protocol that asks for a second signature, for tests of what comes then; the published one asks for none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.intake import protocols
from clinic.reviews import answers, second_actions
from clinic.reviews.models import Decision, FirstSignature
from screening.second_signature import SecondSignature
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

WHY = "Two clinicians read this one."
LATER = NOW + timedelta(minutes=30)


def ask(
    monkeypatch: pytest.MonkeyPatch, *, decision: frozenset[str] = frozenset(), override: frozenset[str] = frozenset()
) -> None:
    """Let the protocol of every record ask for second signatures; everything else of it is as published."""
    asked = replace(protocols.current(), second_signature=SecondSignature(decision, override, WHY))
    monkeypatch.setattr(answers, "protocol_of", lambda named: asked)


def signed_first(by: User, changes: Any = records.REVIEW, route: str = "ready_to_book", **told: Any) -> FirstSignature:
    first = decide(sealed(changes), by, route, **told)
    assert isinstance(first, FirstSignature)
    return first


def agree(first: FirstSignature, by: User, **told: Any) -> Decision:
    basis = {"basis_answers_hash": first.basis_answers_hash, "basis_seal": first.basis_seal}
    return second_actions.agree(first=first, by=by.actor, **{"now": LATER, "has_read": True, **basis} | told)


def decline(first: FirstSignature, by: User, **told: Any) -> None:
    second_actions.decline(first=first, by=by.actor, **{"reason": records.WHY, "now": LATER} | told)
