"""May this patient book? The truth table of clinical.md 5.1, and what makes any row of it "no"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from clinic.accounts.models import User
from clinic.intake.models import Intake
from clinic.reviews import actions
from clinic.reviews.models import Decision, Route
from clinic.reviews.signing import Contact
from clinic.reviews.standing import WAITS_FOR_FORM, WAITS_FOR_PERSON, WAITS_FOR_READING, booking_standing
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db

NO_DECISION = ""
OUTCOMES: dict[str, tuple[dict[str, Any], list[dict[str, str]]]] = {
    "ready_to_book": (dict(records.READY), []),
    "prescriber_coordination": (records.COORDINATION, [records.medicine("lamotrigine")]),
    "clinician_review": (records.REVIEW, []),
    "not_suitable_now": (records.STOP, []),
    "urgent": (records.URGENT, []),
}
#                            no decision  ready  prescriber  ask more  not suitable  contact made
TABLE = {
    "ready_to_book":           (True,     True,  True,       False,    False,        False),
    "prescriber_coordination": (True,     True,  True,       False,    False,        False),
    "clinician_review":        (False,    True,  True,       False,    False,        False),
    "not_suitable_now":        (False,    True,  True,       False,    False,        False),
    "urgent":                  (False,    True,  True,       False,    False,        False),
}  # fmt: skip
ROWS = [
    (outcome, route, may_book)
    for outcome, row in TABLE.items()
    for route, may_book in zip((NO_DECISION, *Route), row, strict=True)
]


@pytest.mark.parametrize(("outcome", "route", "may_book"), ROWS)
def test_the_truth_table(osei: User, outcome: str, route: str, may_book: bool) -> None:
    record = sealed(*OUTCOMES[outcome])
    assert record.outcome == outcome
    decision = decide(record, osei, route) if route else None

    standing = booking_standing(record.intake.patient, now=NOW)

    assert standing.may_book is may_book
    assert standing.basis == (decision or record)
    assert bool(standing.waits_for) is not may_book


def test_who_sent_nothing_waits_for_the_form() -> None:
    standing = booking_standing(records.intake().patient, now=NOW)

    assert (standing.may_book, standing.waits_for, standing.basis) == (False, WAITS_FOR_FORM, None)


@pytest.mark.parametrize("outcome", list(OUTCOMES))
@pytest.mark.parametrize("sent", [True, False], ids=["in the form that was sent", "in another, unsent form"])
def test_a_safety_flag_closes_booking_whatever_came_out(outcome: str, sent: bool) -> None:
    record = sealed(*OUTCOMES[outcome])
    _raise_flag(record.intake, sent)

    standing = booking_standing(record.intake.patient, now=NOW)

    assert (standing.may_book, standing.waits_for) == (False, WAITS_FOR_PERSON)


@pytest.mark.parametrize("sent", [True, False], ids=["in the form that was sent", "in another, unsent form"])
def test_a_talk_since_the_flag_opens_it_again(osei: User, sent: bool) -> None:
    record = sealed(records.REVIEW)
    _raise_flag(record.intake, sent)

    decide(record, osei, contact=Contact(NOW - timedelta(minutes=30), osei))

    assert booking_standing(record.intake.patient, now=NOW).may_book


def test_a_talk_before_the_flag_does_not(osei: User) -> None:
    record = sealed(records.REVIEW)
    decide(record, osei, contact=Contact(NOW - timedelta(hours=2), osei))
    _raise_flag(record.intake, sent=False)

    assert not booking_standing(record.intake.patient, now=NOW).may_book


def test_a_decision_without_a_talk_does_not_clear_a_flag_raised_elsewhere(osei: User) -> None:
    record = sealed(records.REVIEW)
    _raise_flag(record.intake, sent=False)

    decide(record, osei, contact=None)

    assert not booking_standing(record.intake.patient, now=NOW).may_book


@pytest.mark.parametrize(("days", "may_book"), [(-1, False), (0, True), (1, True)])
def test_a_decision_ends_with_its_last_day_at_the_clinic(osei: User, days: int, may_book: bool) -> None:
    record = sealed(records.REVIEW)
    decide(record, osei, valid_until=NOW.date() + timedelta(days=days))

    assert booking_standing(record.intake.patient, now=NOW + timedelta(hours=14)).may_book is may_book


def test_an_ended_decision_does_not_fall_back_to_a_bookable_outcome(osei: User) -> None:
    record = sealed(records.READY)
    decide(record, osei, valid_until=NOW.date() - timedelta(days=1))

    assert not booking_standing(record.intake.patient, now=NOW).may_book


def test_a_revoked_decision_counts_as_none(osei: User) -> None:
    record = sealed(records.REVIEW)
    actions.undo(decision=decide(record, osei), by=osei.actor, now=NOW)

    standing = booking_standing(record.intake.patient, now=NOW)

    assert (standing.may_book, standing.waits_for) == (False, WAITS_FOR_READING)


def test_a_decision_about_an_older_record_does_not_count(osei: User) -> None:
    record = sealed(records.REVIEW)
    decide(record, osei)
    records.sealed_again(record, at=NOW)

    assert not booking_standing(record.intake.patient, now=NOW).may_book


@pytest.mark.parametrize("basis", ["basis_answers_hash", "basis_seal"])
def test_a_decision_about_something_else_is_refused_by_the_database(osei: User, basis: str) -> None:
    record = sealed(records.REVIEW)
    told = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal, "reason": "", "conditions": ""}

    with pytest.raises(DatabaseError, match="about the answers and the protocol of its record"), transaction.atomic():
        Decision.objects.create(
            record=record, route="ready_to_book", decided_at=NOW, decided_by=osei, **told | {basis: "1" * 64}
        )


def test_another_patient_is_another_matter(osei: User) -> None:
    decide(sealed(records.REVIEW), osei)

    assert not booking_standing(sealed(records.REVIEW).intake.patient, now=NOW).may_book


def _raise_flag(intake: Intake, sent: bool) -> None:
    raised_at = NOW - timedelta(hours=1)
    if sent:
        intake.safety_raised_at = raised_at
        intake.save()
    else:
        Intake.objects.create(patient=intake.patient, protocol="2026-11", seal="", safety_raised_at=raised_at)
