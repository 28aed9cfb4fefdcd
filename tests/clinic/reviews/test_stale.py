"""A decision is good for one basis: the database ends it when a newer record comes, and booking freezes until then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.notifications.models import Message
from clinic.reviews import actions, sweep_actions, worklist
from clinic.reviews.change_actions import tell_change
from clinic.reviews.models import Decision, Waiting
from clinic.reviews.standing import WAITS_FOR_SECOND_LOOK, booking_standing
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed, sealed_again

pytestmark = pytest.mark.django_db
CLOCK = system("reviews")


@pytest.mark.parametrize("changes", [records.READY, records.REVIEW], ids=["ready to book", "review"])
def test_a_newer_record_ends_the_decision_and_waits_whatever_came_out(osei: User, changes: dict[str, str]) -> None:
    record = sealed(changes)
    decision = decide(record, osei)

    newer = sealed_again(record, at=NOW)

    decision.refresh_from_db()
    assert (decision.state, decision.stale_at) == ("stale", NOW)
    assert [each.record for each in worklist.waiting()] == [newer]


@pytest.mark.parametrize(
    ("changes", "medicines"),
    [(records.READY, []), (records.COORDINATION, [records.medicine("lamotrigine")])],
    ids=["ready to book", "prescriber coordination"],
)
def test_an_outcome_that_opens_booking_does_not_open_it_again_by_itself(
    osei: User, changes: dict[str, str], medicines: list[dict[str, str]]
) -> None:
    record = sealed(changes, medicines)
    patient = record.intake.patient
    assert booking_standing(patient, now=NOW).may_book
    decide(record, osei)

    sealed_again(record, at=NOW)

    standing = booking_standing(patient, now=NOW)
    assert (standing.may_book, standing.waits_for) == (False, WAITS_FOR_SECOND_LOOK)


@pytest.mark.parametrize("how", ["reopened", "expired", "undone"])
def test_a_decision_that_ended_opens_nothing_by_itself_and_waits_for_its_clinician(osei: User, how: str) -> None:
    record = sealed(records.READY)
    decision = decide(record, osei, "not_suitable_now", valid_until=NOW.date())

    _end(decision, osei, how)

    assert not booking_standing(record.intake.patient, now=NOW).may_book
    (waiting,) = worklist.waiting()
    assert (waiting.record, waiting.owner) == (record, osei)


def _end(decision: Decision, osei: User, how: str) -> None:
    if how == "reopened":
        actions.reopen(decision=decision, reason=records.WHY, by=osei.actor, now=NOW)
    elif how == "undone":
        actions.undo(decision=decision, by=osei.actor, now=NOW)
    else:
        assert sweep_actions.expire(by=CLOCK, now=NOW + timedelta(days=1)) == 1


def test_another_form_does_not_get_around_a_decision_that_closed_booking(osei: User) -> None:
    record = sealed(records.STOP)
    decide(record, osei, "not_suitable_now")
    other = records.sealed(records.READY, at=NOW, of=record.intake.patient)

    assert not booking_standing(record.intake.patient, now=NOW).may_book
    assert other in {each.record for each in worklist.waiting()}


def test_the_database_refuses_a_decision_about_an_older_record(osei: User) -> None:
    record = sealed(records.REVIEW)
    sealed_again(record, at=NOW)

    with pytest.raises(DatabaseError, match="latest record"), transaction.atomic():
        Decision.objects.create(
            record=record, route="ready_to_book", reason="", conditions="", decided_at=NOW, decided_by=osei,
            basis_answers_hash=record.answers_hash, basis_seal=record.seal,
        )  # fmt: skip


def test_a_decision_ends_only_once(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei)

    with pytest.raises(IntegrityError, match="decision_ends_once"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(expired_at=NOW, stale_at=NOW)


@pytest.mark.parametrize("field", ["expired_at", "stale_at"])
def test_what_ended_does_not_stand_again(osei: User, field: str) -> None:
    decision = decide(sealed(records.REVIEW), osei)
    Decision.objects.filter(pk=decision.pk).update(**{field: NOW})

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**{field: None})


def test_a_decision_holds_on_its_last_day_and_ends_the_day_after(osei: User) -> None:
    decision = decide(sealed(records.REVIEW), osei, valid_until=NOW.date())

    assert sweep_actions.expire(by=CLOCK, now=NOW + timedelta(hours=10)) == 0
    assert sweep_actions.expire(by=CLOCK, now=NOW + timedelta(hours=16)) == 1
    assert sweep_actions.expire(by=CLOCK, now=NOW + timedelta(hours=16)) == 0

    decision.refresh_from_db()
    assert decision.state == "expired"
    assert AuditEvent.objects.get(action="reviews.expire").subject == f"decision:{decision.pk}"


def test_what_ended_is_due_anew_and_not_late_from_the_start(osei: User) -> None:
    record = sealed(records.REVIEW, at=NOW - timedelta(days=30))
    decide(record, osei, valid_until=NOW.date())

    sweep_actions.expire(by=CLOCK, now=NOW + timedelta(days=1))

    assert Waiting.objects.get(record=record).due_at > NOW + timedelta(days=1)


def test_what_is_late_is_said_once_and_in_one_message() -> None:
    for _ in range(3):
        sealed(records.REVIEW, at=NOW - timedelta(days=30))
    sealed(records.REVIEW, at=NOW)

    said = [sweep_actions.alert_late(by=CLOCK, now=NOW + timedelta(minutes=n)) for n in range(3)]

    message = Message.objects.get(template="late-review")
    assert said == [3, 0, 0]
    assert (message.to_role, message.channel, message.about["count"]) == ("on_call", "pager", "3")


def test_what_is_filtered_by_is_filled_in_from_the_sealed_result() -> None:
    known = sealed(records.REVIEW, [records.medicine("Zoloft")])
    unknown = sealed(records.REVIEW, [records.medicine("zzqx")])

    assert sweep_actions.look_over_new(by=CLOCK) == 2
    assert sweep_actions.look_over_new(by=CLOCK) == 0

    said = dict(Waiting.objects.values_list("record", "unmatched"))
    assert said == {known.pk: False, unknown.pk: True}


def test_what_a_decision_was_to_tell_is_not_told_once_something_new_is_known(osei: User) -> None:
    record = sealed(records.REVIEW)
    decide(record, osei)
    patient = record.intake.patient
    assert Message.objects.get(template="decided-ready").state == "due"

    tell_change(patient=patient, answers={"pregnancy_now": "yes"}, by=actors.patient(patient.pk), now=NOW)

    assert not booking_standing(patient, now=NOW).may_book
    assert Message.objects.get(template="decided-ready").state == "cancelled"


def test_what_was_told_of_somebody_else_goes_out(osei: User) -> None:
    decide(sealed(records.REVIEW), osei)
    other = sealed(records.REVIEW).intake.patient

    tell_change(patient=other, answers={"pregnancy_now": "yes"}, by=actors.patient(other.pk), now=NOW)

    assert Message.objects.get(template="decided-ready").state == "due"


def test_what_a_decision_was_to_tell_is_not_told_after_its_last_day(osei: User) -> None:
    decide(sealed(records.REVIEW), osei, valid_until=NOW.date())

    assert sweep_actions.expire(by=CLOCK, now=NOW + timedelta(days=1)) == 1

    assert Message.objects.get(template="decided-ready").state == "cancelled"
