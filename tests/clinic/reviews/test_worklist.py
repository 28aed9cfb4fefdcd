"""What is on the worklist, in which order, and that the kept list never differs from its definition."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import Exists, F, OuterRef, Q
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import actions, worklist
from clinic.reviews.models import Decision, Waiting
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, SENT, decide, sealed


@pytest.fixture
def osei(db: None) -> User:
    return records.clinician()


def _by_definition() -> set[ScreeningRecord]:
    """Asked anew over all rows: the last record of each intake, that needs a person, and nobody decided.

    Whoever was looked at before needs a person whatever comes out.
    """
    newer = ScreeningRecord.objects.filter(intake=OuterRef("intake"), number__gt=OuterRef("number"))
    standing = Decision.objects.standing().filter(record=OuterRef("pk"))
    looked_at = Exists(Decision.objects.filter(record__intake=OuterRef("intake")))
    needs_a_person = ~Q(outcome="ready_to_book") | Q(intake__safety_raised_at__isnull=False) | Q(number__gt=1)
    needs_a_person |= Q(looked_at)
    return set(ScreeningRecord.objects.filter(needs_a_person, ~Exists(newer), ~Exists(standing)))


def _listed() -> set[ScreeningRecord]:
    return {each.record for each in worklist.waiting(limit=100)}


@pytest.mark.django_db
def test_everything_waits_that_is_not_ready_to_book() -> None:
    review, stop, urgent = sealed(records.REVIEW), sealed(records.STOP), sealed(records.URGENT)
    coordination = sealed(records.COORDINATION, [records.medicine("lamotrigine")])
    sealed(records.READY)

    assert _listed() == {review, stop, urgent, coordination}


@pytest.mark.django_db
def test_a_safety_flag_raised_on_the_way_waits_with_the_urgent_ones() -> None:
    record = sealed(records.READY, safety_raised_at=SENT)

    (waiting,) = worklist.waiting()

    assert (waiting.record, waiting.is_urgent) == (record, True)


@pytest.mark.django_db
def test_urgent_comes_first_then_what_is_due_first() -> None:
    later = sealed(records.REVIEW, at=SENT)
    sooner = sealed(records.REVIEW, at=SENT - timedelta(days=3))
    urgent_later = sealed(records.URGENT, at=SENT)
    urgent_sooner = sealed(records.URGENT, at=SENT - timedelta(days=3))

    assert [each.record for each in worklist.waiting()] == [urgent_sooner, urgent_later, sooner, later]


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_join_without_a_gap_or_a_repeat(limit: int) -> None:
    for number in range(3):
        sealed(records.URGENT, at=SENT - timedelta(days=number))
        sealed(records.REVIEW, at=SENT - timedelta(days=number % 2))
    whole = [each.record_id for each in worklist.waiting(limit=100)]

    paged, after = [], None
    while page := worklist.waiting(after=after, limit=limit):
        paged += [each.record_id for each in page]
        after = worklist.Place.of(page[-1])

    assert paged == whole
    assert len(whole) == 6


@pytest.mark.django_db
def test_what_stands_before_each_is_the_one_it_follows() -> None:
    for number in range(3):
        sealed(records.URGENT, at=SENT - timedelta(days=number))
        sealed(records.REVIEW, at=SENT - timedelta(days=number % 2))
    whole = worklist.waiting(limit=100)

    above = [worklist.before(worklist.Place.of(each)) for each in whole]

    assert above == [None, *whole[:-1]]


def test_the_list_is_what_its_definition_says_through_everything_that_happens(osei: User) -> None:
    review, urgent = sealed(records.REVIEW), sealed(records.URGENT)
    ready = sealed(records.READY)
    assert _listed() == _by_definition() == {review, urgent}

    decision = decide(review, osei)
    assert _listed() == _by_definition() == {urgent}

    actions.undo(decision=decision, by=osei.actor, now=NOW)
    assert _listed() == _by_definition() == {review, urgent}

    again = records.sealed_again(review, at=NOW)
    assert _listed() == _by_definition() == {again, urgent}

    told_off = decide(ready, osei, "not_suitable_now")
    actions.undo(decision=told_off, by=osei.actor, now=NOW)
    assert _listed() == _by_definition() == {again, urgent, ready}

    decide(urgent, osei, "urgent_contact_made")
    assert _listed() == _by_definition() == {again, ready}


@pytest.mark.django_db
def test_counting_stops_one_after_the_limit() -> None:
    for _ in range(3):
        sealed(records.REVIEW)

    assert (worklist.how_many(limit=5), worklist.how_many(limit=1)) == (3, 2)


def test_a_place_reads_back_as_it_was_written() -> None:
    place = worklist.Place(True, NOW, uuid4())

    assert worklist.Place.read(str(place)) == place


@given(st.text(max_size=80))
def test_an_address_that_is_no_place_is_the_top_of_the_list(text: str) -> None:
    assert worklist.Place.read(text) is None


@pytest.mark.parametrize("moment", [datetime(2026, 12, 1), "not a date"])  # noqa: DTZ001 - a moment without zone
def test_a_place_without_a_moment_is_none(moment: object) -> None:
    assert worklist.Place.read(f"1_{moment}_{uuid4()}") is None


@pytest.mark.django_db
def test_reading_a_page_of_the_list_costs_the_same_for_one_and_for_many(django_assert_num_queries: object) -> None:
    for _ in range(4):
        sealed(records.REVIEW)

    with django_assert_num_queries(2):  # type: ignore[operator]
        names = [each.record.intake.patient.legal_name for each in worklist.waiting()]

    assert names == ["Maya R. Thompson"] * 4


@pytest.mark.django_db
def test_the_list_keeps_the_due_time_of_the_record() -> None:
    record = sealed(records.REVIEW)

    assert Waiting.objects.filter(due_at=F("record__due_at"), record=record).exists()
