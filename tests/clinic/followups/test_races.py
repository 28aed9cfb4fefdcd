"""Several planners and several workers at once: each promise is made once and kept once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from clinic.audit.models import AuditEvent
from clinic.followups import actions, claims
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from tests.at_once import at_once, errors

from .conftest import BY, DAY, NOW, a_patient, a_record, an_intake

WORKERS = 4
ROWS = 12


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    """Committed, so that other threads see them."""
    return a_patient()


def test_many_planners_plan_once(patient: Patient) -> None:
    for _ in range(ROWS):
        a_record(patient, "clinician_review", "P2")
        an_intake(patient, saved_at=NOW - DAY)

    got = at_once(*[lambda: actions.plan(now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert FollowUp.objects.filter(plan="F14").count() == ROWS
    assert FollowUp.objects.filter(plan="F08").count() == ROWS
    said = AuditEvent.objects.filter(action="followups.plan").values_list("detail", flat=True)
    assert sum((Counter(detail) for detail in said), Counter()) == {"F14": ROWS, "F08": ROWS}


def test_many_workers_do_each_follow_up_once(patient: Patient) -> None:
    for _ in range(ROWS):
        an_intake(patient, saved_at=NOW - DAY)
    actions.plan(now=NOW, by=BY)

    got = at_once(*[lambda: actions.do_due(now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert FollowUp.objects.filter(state="done", attempts=1).count() == ROWS
    assert Message.objects.count() == ROWS


def test_without_the_claim_workers_would_do_it_more_than_once(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this fails, the test above proves nothing."""
    done: list[Any] = []
    together = threading.Barrier(WORKERS)

    def unguarded(follow_up_id: UUID, now: datetime) -> FollowUp | None:
        row = FollowUp.objects.filter(pk=follow_up_id, state="planned").first()
        together.wait(timeout=5)
        return row

    def noted(row: FollowUp, **_: Any) -> tuple[str, str]:
        done.append(row.pk)
        return "open", ""

    an_intake(patient, saved_at=NOW - DAY)
    actions.plan(now=NOW, by=BY)
    row = FollowUp.objects.get()
    monkeypatch.setattr(actions, "claim", unguarded)
    monkeypatch.setattr(actions, "mine", lambda claimed: FollowUp.objects.filter(pk=claimed.pk))
    monkeypatch.setattr(actions, "_effect", noted)

    got = at_once(*[lambda: actions.do(follow_up=row, now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert len(done) > 1
    assert claims.TRIES == 5
