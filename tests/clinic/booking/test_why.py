"""Why a time is not free: each rule names itself, and the answer is always that of the search for free times."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import actions, availability_actions, find
from clinic.booking.models import Appointment, Availability, License
from clinic.booking.why import Question, why_not
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import NOON

pytestmark = pytest.mark.django_db
BY = system("test")
Make = Callable[..., Appointment]
At = Callable[..., datetime]


def rules(clinician: User, start: datetime, now: datetime = NOON, **others: object) -> list[str]:
    return [reason.rule for reason in why_not(Question(clinician, start, **others), now=now)]  # type: ignore[arg-type]


def test_a_free_time_has_no_reason(clinician: User, patient: Patient, at: At) -> None:
    assert rules(clinician, at(2, 9), mode="phone", patient=patient) == []


def test_each_rule_of_the_hours_names_itself(clinician: User, at: At) -> None:
    assert rules(clinician, at(2, 12)) == ["Hours"]
    assert rules(clinician, at(5, 9)) == ["Hours"]
    assert rules(clinician, at(2, 9, 7)) == ["Beginning"]
    assert rules(clinician, at(1, 9)) == ["Notice"]
    assert rules(clinician, NOON - timedelta(days=4, hours=3)) == ["Past"]
    assert rules(clinician, at(2, 9) + timedelta(days=70)) == ["Too far ahead"]
    assert rules(clinician, at(2, 9), mode="in_person", location="harbor") == ["Place"]


def test_a_beginning_that_is_none_says_the_nearest(clinician: User, at: At) -> None:
    (reason,) = why_not(Question(clinician, at(2, 9, 7)), now=NOON)

    assert reason.words == "No visit begins then. The nearest begin at 9 am and 9:20 am."


def test_hours_that_have_ended_or_not_begun_say_so(make_clinician: Callable[..., User], at: At) -> None:
    ended = make_clinician(valid_to=date(2026, 12, 1))
    to_come = make_clinician(valid_from=date(2026, 12, 3))

    assert rules(ended, at(2, 9)) == rules(to_come, at(2, 9)) == ["Hours"]


def test_time_off_and_holidays_name_themselves(clinician: User, at: At) -> None:
    availability_actions.take_time_off(clinician=clinician, since=at(2, 8), until=at(2, 12), reason="leave", by=BY)
    availability_actions.close_for_holiday(day=date(2026, 12, 2), name="Day of rest", by=BY)

    assert rules(clinician, at(2, 9)) == ["Holiday", "Time off"]


def test_licence_and_decision_are_asked_for_the_patient(
    clinician: User, make_patient: Callable[..., Patient], at: At
) -> None:
    elsewhere, waiting = make_patient(region="US-NY"), make_patient("clinician_review")
    License.objects.filter(clinician=clinician).update(expires_on=date(2026, 12, 2))

    assert rules(clinician, at(2, 9), patient=elsewhere) == ["License"]
    assert rules(clinician, at(2, 9), patient=waiting) == ["Patient"]
    assert rules(clinician, at(3, 9), patient=make_patient()) == ["License"]


def test_a_taken_time_says_by_whom_and_a_pause_before_whom(
    make_clinician: Callable[..., User], make_patient: Callable[..., Patient], hold: Make, book: Make, at: At
) -> None:
    clinician = make_clinician(buffer_minutes=10)
    theirs = book(hold(make_patient(), clinician, at(2, 9, 30)))
    later = Availability.objects.filter(clinician=clinician)
    later.update(slot_minutes=10)

    taken, pause = (why_not(Question(clinician, at(2, 9, minute)), now=NOON) for minute in (40, 20))

    assert [reason.rule for reason in taken] == ["Taken"]
    assert f"booked for Maya, {theirs.reference}, until 9:50 am" in taken[0].words
    assert [reason.rule for reason in pause] == ["Pause"]


def test_a_full_day_and_a_full_room_name_themselves(
    make_clinician: Callable[..., User], make_patient: Callable[..., Patient], hold: Make, book: Make, at: At
) -> None:
    full, other = make_clinician(most_per_day=1), make_clinician()
    book(hold(make_patient(), full, at(2, 9), mode="in_person", location="midtown"))

    assert rules(full, at(2, 10)) == ["Daily limit"]
    assert rules(other, at(2, 9), mode="in_person", location="midtown") == ["Room"]
    assert rules(other, at(2, 9)) == []


def test_the_own_hold_of_a_patient_is_not_in_their_way(
    clinician: User, patient: Patient, make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    hold(patient, clinician, at(2, 9))

    assert rules(clinician, at(2, 9), patient=patient) == []
    assert rules(clinician, at(2, 9), patient=make_patient()) == ["Taken"]


@pytest.mark.parametrize("seed", range(6))
def test_there_is_a_reason_exactly_when_the_search_finds_no_free_time(
    seed: int, make_clinician: Callable[..., User], make_patient: Callable[..., Patient]
) -> None:
    """Random hours, absences, bookings and days on which the clocks change; 120 times each, half of them offered."""
    chance = random.Random(seed)
    now = chance.choice([datetime(2026, 10, 30, 20, 1, tzinfo=UTC), datetime(2027, 3, 12, 20, 1, tzinfo=UTC)])
    clinician, patient = _some_hours(chance, make_clinician, now.date()), make_patient()
    _some_of_everything(chance, clinician, make_patient, now)
    slots = find.slots(patient_region=patient.region, now=now, patient_id=patient.pk)
    offered, are_free = [slot.start for slot in slots], {(slot.start, slot.mode) for slot in slots if slot.is_free}
    wrong, free = [], 0
    for number in range(120):
        anywhere = now.replace(minute=0) + timedelta(minutes=5 * chance.randrange(-30, 12 * 24 * 9))
        start = chance.choice(offered) if number % 2 else anywhere
        mode = chance.choice(["phone", "video", "in_person"])
        is_free = (start, mode) in are_free
        free += is_free
        reasons = why_not(Question(clinician, start, mode, "", patient), now=now)
        if is_free != (not reasons):
            wrong.append((start, mode, is_free, reasons))

    assert wrong == []
    assert 0 < free < 120


def _some_hours(chance: random.Random, make_clinician: Callable[..., User], today: date) -> User:
    hours = {
        "weekdays": range(7),
        "opens": time(chance.choice([0, 1, 7])),
        "closes": time(chance.choice([12, 17, 23])),
        "slot_minutes": chance.choice([15, 20, 30]),
        "buffer_minutes": chance.choice([0, 5, 10]),
        "notice_hours": chance.choice([0, 24]),
        "horizon_days": chance.choice([3, 56]),
        "most_per_day": chance.choice([None, 2]),
        "modes": chance.choice([["phone"], ["phone", "in_person"], ["phone", "video", "in_person"]]),
        "valid_to": chance.choice([None, today + timedelta(days=5)]),
    }
    return make_clinician(**hours)


def _some_of_everything(
    chance: random.Random, clinician: User, make_patient: Callable[..., Patient], now: datetime
) -> None:
    away = now + timedelta(hours=chance.randrange(1, 150))
    availability_actions.take_time_off(
        clinician=clinician, since=away, until=away + timedelta(hours=9), reason="leave", by=BY
    )
    closed = now.date() + timedelta(days=chance.randrange(1, 7))
    availability_actions.close_for_holiday(day=closed, name="Closed", location="midtown", by=BY)
    for slot in chance.sample(free := find.free_times(patient_region="US-CA", now=now), min(6, len(free))):
        told = {"start": slot.start, "mode": slot.mode, "location": slot.location}
        try:
            actions.hold(patient=make_patient(), clinician=clinician, by=BY, now=now, **told)
        except actions.SlotTaken:
            continue
