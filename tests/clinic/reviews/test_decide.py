"""Signing a decision: what it writes, and everything that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import record as audit
from clinic.audit.models import AuditEvent
from clinic.notifications.models import Message
from clinic.reviews import actions, signing
from clinic.reviews.models import Decision, Route
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, WHY, decide, sealed

pytestmark = pytest.mark.django_db


def test_a_decision_keeps_what_it_rests_on(osei: User) -> None:
    record = sealed(records.REVIEW)

    decision = decide(record, osei, conditions="With an ECG", valid_until=NOW.date())

    kept = Decision.objects.get(pk=decision.pk)
    assert (kept.route, kept.reason, kept.conditions) == ("ready_to_book", WHY, "With an ECG")
    assert (kept.basis_answers_hash, kept.basis_seal) == (record.answers_hash, record.seal)
    assert (kept.decided_at, kept.decided_by, kept.valid_until) == (NOW, osei, NOW.date())


def test_a_decision_writes_its_audit_line(osei: User) -> None:
    record = sealed(records.REVIEW)

    decision = decide(record, osei)

    line = AuditEvent.objects.get(action="reviews.decide")
    assert (line.actor, line.subject) == (osei.actor.ref, f"decision:{decision.pk}")
    assert line.patient == str(record.intake.patient_id)
    assert line.detail["route"] == "ready_to_book"
    assert WHY not in str(line.detail) + line.why


def test_a_failing_audit_undoes_the_decision_and_its_message(osei: User, monkeypatch: pytest.MonkeyPatch) -> None:
    record = sealed(records.REVIEW)
    real = audit.record

    def failing(**told: Any) -> None:
        if told["action"] == "reviews.decide":
            raise RuntimeError
        real(**told)

    monkeypatch.setattr(audit, "record", failing)
    with pytest.raises(RuntimeError):
        decide(record, osei)

    assert not Decision.objects.exists()
    assert not Message.objects.exists()
    assert hasattr(record, "waiting")


@pytest.mark.parametrize(
    ("route", "template"),
    [
        (Route.READY_TO_BOOK, "decided-ready"),
        (Route.PRESCRIBER_FIRST, "decided-prescriber"),
        (Route.ASK_FOR_MORE, "decided-ask-more"),
        (Route.NOT_SUITABLE_NOW, "decided-not-suitable"),
    ],
)
def test_the_message_leaves_ten_minutes_later(osei: User, route: str, template: str) -> None:
    decision = decide(sealed(records.REVIEW), osei, route)

    message = Message.objects.get()
    assert (message.key, message.template) == (f"decided:{decision.pk}", template)
    assert (message.due_at, message.state) == (NOW + timedelta(minutes=10), "due")


def test_after_an_urgent_contact_nothing_is_written_to_the_patient(osei: User) -> None:
    decision = decide(sealed(records.URGENT), osei, Route.URGENT_CONTACT_MADE)

    assert decision.contacted_by == osei
    assert not Message.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SCHEDULER])
def test_who_is_no_clinician_does_not_decide(role: Role) -> None:
    record, sam = sealed(records.REVIEW), records.clinician("Sam Whitfield", role)

    with pytest.raises(signing.MayNotDecide):
        decide(record, sam)


def test_a_clinician_whose_access_ended_does_not_decide(osei: User) -> None:
    User.objects.filter(pk=osei.pk).update(is_active=False)

    with pytest.raises(signing.MayNotDecide):
        decide(sealed(records.REVIEW), osei)


def test_a_part_of_the_system_does_not_decide(osei: User) -> None:
    from clinic.audit.actors import system

    record = sealed(records.REVIEW)
    with pytest.raises(signing.MayNotDecide):
        actions.decide(
            record=record, route="ready_to_book", reason=WHY, by=system("demo"), now=NOW,
            basis_answers_hash=record.answers_hash, basis_seal=record.seal,
        )  # fmt: skip


def test_the_second_signature_is_told_who_was_first(osei: User) -> None:
    record, lee = sealed(records.REVIEW), records.clinician("Dr. Jon Lee")
    first = decide(record, osei)

    with pytest.raises(actions.AlreadyDecided) as refused:
        decide(record, lee, "not_suitable_now")

    assert refused.value.decision == first
    assert "Dr. Ama Osei" in str(refused.value)
    assert Decision.objects.get().route == "ready_to_book"


def _newer(record: Any, told: dict[str, Any]) -> None:
    records.sealed_again(record, at=NOW)


def _other_answers(record: Any, told: dict[str, Any]) -> None:
    told["basis_answers_hash"] = "1" * 64


def _other_protocol(record: Any, told: dict[str, Any]) -> None:
    told["basis_seal"] = "1" * 64


@pytest.mark.parametrize("change", [_newer, _other_answers, _other_protocol])
def test_what_was_not_on_the_screen_cannot_be_signed(osei: User, change: Callable[..., None]) -> None:
    record, told = sealed(records.REVIEW), dict[str, Any]()
    change(record, told)

    with pytest.raises(actions.ChangedSince):
        decide(record, osei, **told)


def test_agreeing_with_the_protocol_needs_no_words(osei: User) -> None:
    decision = decide(sealed(records.STOP), osei, Route.NOT_SUITABLE_NOW, reason="", reason_code="")

    assert decision.reason == ""


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", ""), (WHY, ""), ("", "judgement"), ("too short, nineteen", "judgement"), (" " * 40, "judgement"), (WHY, "x")],
)
def test_differing_from_the_protocol_needs_a_code_and_twenty_characters(osei: User, reason: str, code: str) -> None:
    with pytest.raises(signing.ReasonNeeded) as refused:
        decide(sealed(records.STOP), osei, Route.ASK_FOR_MORE, reason=reason, reason_code=code)

    assert refused.value.code_too


def test_where_the_protocol_leaves_the_choice_words_are_needed_and_no_code(osei: User) -> None:
    record = sealed(records.REVIEW)

    with pytest.raises(signing.ReasonNeeded) as refused:
        decide(record, osei, reason="", reason_code="")

    assert not refused.value.code_too
    assert decide(record, osei, reason_code="")


@pytest.mark.parametrize("route", [Route.READY_TO_BOOK, Route.PRESCRIBER_FIRST])
@pytest.mark.parametrize("changes", [records.STOP, records.URGENT])
def test_opening_booking_over_a_stop_needs_a_second_step(osei: User, changes: dict[str, Any], route: str) -> None:
    record = sealed(changes)

    with pytest.raises(signing.StopNeedsSecondStep):
        decide(record, osei, route, overrides_stop=False)

    assert decide(record, osei, route, overrides_stop=True).overrides_stop


def test_a_second_step_that_was_not_needed_is_not_kept(osei: User) -> None:
    assert not decide(sealed(records.REVIEW), osei, overrides_stop=True).overrides_stop


@pytest.mark.parametrize("route", list(Route))
@pytest.mark.parametrize("minutes", [None, -3, 12 * 60], ids=["nobody", "in the future", "before it was raised"])
def test_an_urgent_record_is_closed_only_by_a_talk_since(osei: User, route: str, minutes: int | None) -> None:
    contact = None if minutes is None else signing.Contact(NOW - timedelta(minutes=minutes), osei)

    with pytest.raises(signing.ContactNotRecorded):
        decide(sealed(records.URGENT), osei, route, contact=contact)


def test_a_flag_raised_on_the_way_needs_a_talk_although_the_outcome_is_calm(osei: User) -> None:
    record = sealed(records.READY, safety_raised_at=records.SENT - timedelta(minutes=5))

    with pytest.raises(signing.ContactNotRecorded):
        decide(record, osei, contact=None)

    assert decide(record, osei).contacted_by == osei


@pytest.mark.parametrize("told", [{"reason_code": "because"}, {"route": "approve"}])
def test_a_code_that_does_not_exist_is_never_kept(osei: User, told: dict[str, str]) -> None:
    with pytest.raises((ValueError, signing.ReasonNeeded)):
        decide(sealed(records.STOP), osei, **{"route": "not_suitable_now"} | told)

    assert not Decision.objects.exists()
