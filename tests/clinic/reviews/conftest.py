"""Two clinicians, and a protocol that asks both of them to sign."""

from __future__ import annotations

import pytest

from clinic.accounts.models import User
from tests.clinic.reviews import records, two_signatures


@pytest.fixture
def osei() -> User:
    return records.clinician()


@pytest.fixture
def lee() -> User:
    return records.clinician("Dr. Jon Lee")


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol asks for a second signature under every decision about a form that a clinician has to read."""
    two_signatures.ask(monkeypatch, decision=frozenset({"clinician_review"}))
