"""Claiming, passing on, noting, viewing and saved views; and what each filter asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.reviews import signing, sweep_actions, work_actions, worklist
from clinic.reviews.filters import CHOICES, Filters
from clinic.reviews.models import Note, Waiting
from clinic.reviews.reasons import REASONS
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db


def shown(query: str, by: User) -> set[object]:
    view = worklist.View(Filters.read(QueryDict(query)), by, NOW)
    return {each.record for each in worklist.others(limit=50, view=view)}


def test_what_a_colleague_has_is_not_taken_from_them(osei: User, lee: User) -> None:
    taken, free = sealed(records.REVIEW), sealed(records.REVIEW)
    work_actions.claim(intakes=[taken.intake], by=lee.actor, now=NOW)

    assert work_actions.claim(intakes=[taken.intake, free.intake], by=osei.actor, now=NOW) == 1
    assert Waiting.objects.get(record=taken).owner == lee


def test_passing_on_gives_it_to_a_clinician_and_to_nobody_else(osei: User, lee: User) -> None:
    record = sealed(records.REVIEW)

    assert work_actions.pass_on(intake=record.intake, to=lee, by=osei.actor, now=NOW)
    assert Waiting.objects.get().owner == lee
    with pytest.raises(signing.MayNotDecide):
        work_actions.pass_on(
            intake=record.intake, to=records.clinician("Luis Ortega", Role.SCHEDULER), by=osei.actor, now=NOW
        )


def test_a_decided_intake_is_not_passed_on(osei: User, lee: User) -> None:
    record = sealed(records.REVIEW)
    decide(record, osei)

    assert not work_actions.pass_on(intake=record.intake, to=lee, by=osei.actor, now=NOW)


def test_a_note_is_kept_encrypted_and_never_changed(osei: User) -> None:
    note = work_actions.write_note(intake=sealed(records.REVIEW).intake, text="Canary.", by=osei.actor, now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM reviews_note")
        assert b"Canary" not in bytes(cursor.fetchone()[0])
    with pytest.raises(DatabaseError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(written_at=NOW + timedelta(days=1))


def test_who_has_it_open_is_said_for_fifteen_minutes_and_not_to_themselves(osei: User, lee: User) -> None:
    intake = sealed(records.REVIEW).intake
    for _ in range(2):
        work_actions.open_intake(intake=intake, page="review", by=lee.actor, now=NOW)

    late = NOW + timedelta(minutes=15)
    assert work_actions.others_viewing([intake], me=osei, now=NOW) == {intake.pk: lee}
    assert work_actions.others_viewing([intake], me=lee, now=NOW) == {}
    assert work_actions.others_viewing([intake], me=osei, now=late) == {}


def test_each_filter_asks_for_what_it_says(osei: User) -> None:
    review = sealed(records.REVIEW)
    stop = sealed(records.STOP)
    unmatched = sealed({"med_none": "takes"}, [records.medicine("zzqx")])
    late = sealed(records.REVIEW, at=NOW - timedelta(days=30))
    work_actions.claim(intakes=[stop.intake], by=osei.actor, now=NOW)
    everything = {review, stop, unmatched, late}

    assert shown("", osei) == everything
    assert shown("level=not_suitable_now", osei) == {stop}
    assert shown("owner=me", osei) == shown(f"owner={osei.pk}", osei) == {stop}
    assert shown("owner=nobody", osei) == everything - {stop}
    assert shown("due=late", osei) == {late}
    assert shown("priority=P2&level=clinician_review", osei) <= {review, unmatched, late}
    assert shown("region=US-CA", osei) == everything
    assert shown("region=US-NY", osei) == set()


def test_why_something_waits_is_a_filter_and_no_topic_is_readable_in_the_list(osei: User) -> None:
    psychosis = sealed({"family_first": ["schizophrenia_psychosis"]})
    pressure = sealed({"htn_dx": "yes"})
    everything = shown("", osei)

    assert shown("reason=psychosis", osei) == everything, "nobody looked at them yet"
    sweep_actions.look_over_new(by=system("reviews"))

    with_topic = {reason: shown(f"reason={reason}", osei) for reason in REASONS}
    of = {
        record: {each["category"] for each in record.result["findings"]} & REASONS.keys()
        for record in (psychosis, pressure)
    }
    assert of[psychosis] != of[pressure]
    assert all(record in with_topic[reason] for record, reasons in of.items() for reason in reasons)
    assert any(found != everything for found in with_topic.values())
    kept = str(list(Waiting.objects.values_list("reasons", flat=True)))
    assert not [reason for reason in REASONS if reason in kept]


def test_a_medicine_nobody_looked_at_yet_counts_as_unmatched(osei: User) -> None:
    unknown, known = sealed(records.REVIEW, [records.medicine("zzqx")]), sealed(records.REVIEW)

    assert shown("medicines=unmatched", osei) == {unknown, known}
    sweep_actions.look_over_new(by=system("reviews"))
    assert shown("medicines=unmatched", osei) == {unknown}


@pytest.mark.parametrize("query", ["level=x", "owner=9999999999999", "owner=-1", "due=%00", "region=XX", "nothing=1"])
def test_a_filter_that_makes_no_sense_asks_for_nothing(osei: User, query: str) -> None:
    record = sealed(records.REVIEW)

    assert shown(query, osei) == {record}


def test_filters_never_take_the_urgent_ones_away(osei: User) -> None:
    urgent = sealed(records.URGENT)
    for name, choices in CHOICES.items():
        for code in choices:
            view = worklist.View(Filters(**{name: code}), osei, NOW)
            assert worklist.waiting(view=view)[0].record == urgent


def test_what_waits_for_the_patient_or_a_prescriber_is_found(osei: User) -> None:
    asked, prescriber = sealed(records.REVIEW), sealed(records.REVIEW)
    decide(asked, osei, "ask_for_more")
    decide(prescriber, osei, "prescriber_first")

    for waits, record in (("patient", asked), ("prescriber", prescriber)):
        view = worklist.View(Filters(waits=waits), osei, NOW)
        assert [each.record for each in worklist.awaiting(view=view, limit=5)] == [record]


def test_a_saved_view_is_ones_own_and_its_name_is_kept_once(osei: User, lee: User) -> None:
    for due in ("late", "today"):
        view = work_actions.save_view(name="Mine", filters=Filters(due=due), by=osei.actor)
    work_actions.forget_view(view_id=view.pk, by=lee.actor)

    assert list(osei.saved_views.values_list("name", "query")) == [("Mine", "due=today")]


def test_nobody_keeps_more_views_than_they_can_tell_apart(osei: User) -> None:
    for number in range(work_actions.MOST_VIEWS):
        work_actions.save_view(name=str(number), filters=Filters(), by=osei.actor)

    with pytest.raises(work_actions.TooManyViews):
        work_actions.save_view(name="one more", filters=Filters(), by=osei.actor)
