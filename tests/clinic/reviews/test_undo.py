"""Taking a decision back: within ten minutes by who signed it, later by opening it again with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.models import AuditEvent
from clinic.notifications.models import Message
from clinic.reviews import actions, signing
from clinic.reviews.models import Waiting
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=9, seconds=59)


def test_undo_revokes_the_decision_and_takes_its_message_back(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)

    actions.undo(decision=decision, by=osei.actor, now=SOON)

    decision.refresh_from_db()
    assert (decision.revoked_at, decision.revoked_by, decision.state) == (SOON, osei, "revoked")
    assert Message.objects.get().state == "cancelled"
    assert Waiting.objects.get().record_id == decision.record_id
    assert AuditEvent.objects.filter(action="reviews.undo", subject=f"decision:{decision.pk}").count() == 1


def test_after_an_undo_it_can_be_decided_again_and_the_new_message_is_another(osei: User) -> None:
    record = sealed(records.REVIEW)
    actions.undo(decision=decide(record, osei), by=osei.actor, now=SOON)

    second = decide(record, osei, "not_suitable_now", now=SOON)

    assert Message.objects.get(state="due").key == f"decided:{second.pk}"


def test_ten_minutes_are_ten_minutes(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)

    with pytest.raises(actions.TooLateToUndo):
        actions.undo(decision=decision, by=osei.actor, now=NOW + timedelta(minutes=10))


@pytest.mark.parametrize("state", ["claimed", "sent"])
def test_a_message_that_is_on_its_way_cannot_be_undone(osei: User, state: str) -> None:
    decision = decide(sealed(records.REVIEW), osei)
    Message.objects.update(state=state, sent_at=NOW if state == "sent" else None)

    with pytest.raises(actions.TooLateToUndo):
        actions.undo(decision=decision, by=osei.actor, now=SOON)

    decision.refresh_from_db()
    assert decision.state == "standing"
    assert Message.objects.get().state == state


def test_only_who_signed_it_undoes_it(osei: User) -> None:
    decision, lee = decide(sealed(records.REVIEW), osei), records.clinician("Dr. Jon Lee")

    with pytest.raises(signing.MayNotDecide):
        actions.undo(decision=decision, by=lee.actor, now=SOON)


def test_undoing_twice_is_too_late(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)
    actions.undo(decision=decision, by=osei.actor, now=SOON)

    with pytest.raises(actions.TooLateToUndo):
        actions.undo(decision=decision, by=osei.actor, now=SOON)


@pytest.mark.parametrize("action", ["reviews.undo", "reviews.reopen"])
def test_a_failing_audit_leaves_the_decision_standing(osei: User, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    decision = decide(sealed(records.REVIEW), osei)
    real = audit.record

    def failing(**told: Any) -> None:
        if told["action"] == action:
            raise RuntimeError
        real(**told)

    monkeypatch.setattr(audit, "record", failing)
    verb, told = {"reviews.undo": (actions.undo, {}), "reviews.reopen": (actions.reopen, {"reason": records.WHY})}[
        action
    ]
    with pytest.raises(RuntimeError):
        verb(decision=decision, by=osei.actor, now=SOON, **told)

    decision.refresh_from_db()
    assert decision.state == "standing"
    assert Message.objects.get().state == "due"
    assert not Waiting.objects.exists()


def test_a_colleague_opens_a_decision_again_with_a_reason(osei: User) -> None:
    decision, lee = decide(sealed(records.REVIEW), osei), records.clinician("Dr. Jon Lee")
    Message.objects.update(state="sent", sent_at=NOW)

    actions.reopen(decision=decision, reason="The prescriber called about a new medicine.", by=lee.actor, now=SOON)

    decision.refresh_from_db()
    assert decision.revoked_by == lee
    assert Waiting.objects.filter(record=decision.record).exists()
    assert AuditEvent.objects.get(action="reviews.reopen").why == "The prescriber called about a new medicine."


def test_opening_again_asks_why(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)

    with pytest.raises(signing.ReasonNeeded):
        actions.reopen(decision=decision, reason="because", by=osei.actor, now=SOON)


def test_opening_again_keeps_back_a_message_that_has_not_left(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)

    actions.reopen(decision=decision, reason=records.WHY, by=osei.actor, now=SOON)

    assert Message.objects.get().state == "cancelled"
