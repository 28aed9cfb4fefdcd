"""Free times: who is offered what, when, and what is in the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, availability_actions, find
from clinic.booking.find import Slot
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
DESK = actors.system("test")


def free(now: datetime, **asked: Any) -> list[Slot]:
    return find.free_times(**({"patient_region": "US-CA", "now": now, "mode": "phone"} | asked))


def starts(slots: list[Slot]) -> list[datetime]:
    return [slot.start for slot in slots]


def test_a_rule_becomes_the_slots_of_its_days(clinician: User, now: datetime, at: Callable[..., datetime]) -> None:
    found = starts(free(now, until=at(3, 0)))

    tuesday_after_the_notice_of_a_day: list[datetime] = []
    wednesday = [at(2, hour, minute) for hour in (9, 10) for minute in (0, 20, 40)]
    assert found == tuesday_after_the_notice_of_a_day + wednesday


def test_times_are_not_offered_on_the_weekend(clinician: User, now: datetime) -> None:
    days = {start.weekday() for start in starts(free(now))}

    assert days == {0, 1, 2, 3, 4}


def test_times_are_offered_up_to_the_horizon_and_not_beyond(make_clinician: Callable[..., User], now: datetime) -> None:
    make_clinician(horizon_days=7)

    assert max(starts(free(now))) <= now + timedelta(days=7)
    assert max(starts(free(now))).date() == date(2026, 12, 7)


@pytest.mark.parametrize("region", ["US-NY", "", "us-ca", "US-CA "])
def test_nobody_is_offered_a_clinician_who_is_not_licensed_where_they_are(
    clinician: User, now: datetime, region: str
) -> None:
    assert free(now, patient_region=region) == []


def test_a_licence_counts_until_its_last_day(clinician: User, now: datetime, at: Callable[..., datetime]) -> None:
    availability_actions.license_for(clinician=clinician, region="US-CA", expires_on=date(2026, 12, 2), by=DESK)

    assert {start.date() for start in starts(free(now))} == {date(2026, 12, 2)}


def test_somebody_who_left_is_not_offered(clinician: User, now: datetime) -> None:
    User.objects.filter(pk=clinician.pk).update(is_active=False)

    assert free(now) == []


def test_a_rule_counts_between_its_days(make_clinician: Callable[..., User], now: datetime) -> None:
    make_clinician(valid_from=date(2026, 12, 3), valid_to=date(2026, 12, 4))

    assert {start.date() for start in starts(free(now))} == {date(2026, 12, 3), date(2026, 12, 4)}


def test_time_off_is_not_offered(clinician: User, now: datetime, at: Callable[..., datetime]) -> None:
    availability_actions.take_time_off(
        clinician=clinician, since=at(2, 9, 30), until=at(2, 10, 20), reason="training", by=DESK
    )

    offered = find.slots(patient_region="US-CA", now=now, mode="phone", until=at(3, 0))

    assert starts(offered) == [at(2, 9), at(2, 10, 20), at(2, 10, 40)]


def test_a_video_only_clinician_is_not_offered_for_a_visit(make_clinician: Callable[..., User], now: datetime) -> None:
    make_clinician(modes=["video"], location="", room="")

    assert free(now, mode="in_person") == []
    assert free(now, mode="video")


def test_a_pause_is_kept_after_each_slot(
    make_clinician: Callable[..., User], now: datetime, at: Callable[..., datetime]
) -> None:
    make_clinician(buffer_minutes=10)

    assert starts(free(now, until=at(3, 0))) == [at(2, 9), at(2, 9, 30), at(2, 10), at(2, 10, 30)]


def test_a_held_time_is_not_free_for_others_and_is_free_for_oneself(
    clinician: User,
    patient: Patient,
    hold: Callable[..., Appointment],
    now: datetime,
    at: Callable[..., datetime],
) -> None:
    hold(patient, clinician, at(2, 9))

    assert at(2, 9) not in starts(free(now))
    assert at(2, 9) in starts(free(now, patient_id=patient.pk))


def test_an_expired_hold_is_not_in_the_way(
    clinician: User, patient: Patient, hold: Callable[..., Appointment], now: datetime, at: Callable[..., datetime]
) -> None:
    hold(patient, clinician, at(2, 9))

    assert at(2, 9) not in starts(free(now + timedelta(minutes=9, seconds=59), until=at(3, 0)))
    assert at(2, 9, 0) in starts(
        find.free_times(patient_region="US-CA", now=now + timedelta(minutes=10), until=at(3, 0), mode="phone")
    )


def test_a_visit_takes_the_room_and_a_call_does_not(
    make_clinician: Callable[..., User],
    make_patient: Callable[..., Patient],
    hold: Callable[..., Appointment],
    now: datetime,
    at: Callable[..., datetime],
) -> None:
    one, other = make_clinician("Dr. One"), make_clinician("Dr. Other")
    hold(make_patient(), one, at(2, 9), mode="phone")
    hold(make_patient(), one, at(2, 9, 20), mode="in_person", location="midtown")

    free_visits = {(slot.clinician_id, slot.start) for slot in free(now, mode="in_person")}
    free_calls = {(slot.clinician_id, slot.start) for slot in free(now, mode="phone")}

    assert (other.pk, at(2, 9)) in free_visits
    assert (other.pk, at(2, 9, 20)) not in free_visits
    assert (other.pk, at(2, 9, 20)) in free_calls


def test_times_follow_the_wall_clock_over_a_change(make_clinician: Callable[..., User]) -> None:
    make_clinician(weekdays=[6], opens=time(1), closes=time(4), location="", room="", modes=["phone"])
    sunday_forward = datetime(2026, 3, 6, 20, tzinfo=UTC)

    found = starts(free(sunday_forward, until=sunday_forward + timedelta(days=3)))

    utc_hours = [(start.hour, start.minute) for start in found]
    assert utc_hours == [(9, 0), (9, 20), (9, 40), (10, 0), (10, 20), (10, 40)]


@pytest.mark.parametrize("booked", [0, 3])
def test_the_number_of_queries_does_not_grow(
    make_clinician: Callable[..., User],
    make_patient: Callable[..., Patient],
    hold: Callable[..., Appointment],
    now: datetime,
    at: Callable[..., datetime],
    booked: int,
) -> None:
    clinicians = [make_clinician(f"Dr. {n}", room=str(n)) for n in range(1 + booked)]
    for clinician in clinicians[1:]:
        hold(make_patient(), clinician, at(2, 9))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        free(now, mode=None)

    assert len(queries) == 5


@pytest.mark.parametrize("seed", range(6))
def test_all_ways_at_once_are_each_way_of_each_clinician_asked_alone(
    seed: int, make_clinician: Callable[..., User], make_patient: Callable[..., Patient], now: datetime
) -> None:
    """Hours that some share and some do not, in different zones, with absences and visits in shared rooms."""
    chance = random.Random(seed)
    several = [_with_hours(chance, make_clinician) for _ in range(4)]
    for slot in chance.sample(free(now, mode=None), 12):
        who, told = User.objects.get(pk=slot.clinician_id), {"start": slot.start, "mode": slot.mode}
        with suppress(actions.SlotTaken):
            actions.hold(patient=make_patient(), clinician=who, location=slot.location, by=DESK, now=now, **told)
    away = now + timedelta(hours=chance.randrange(24, 90))
    absence = {"since": away, "until": away + timedelta(hours=3), "reason": "leave"}
    availability_actions.take_time_off(clinician=several[0], by=DESK, **absence)

    together = find.slots(patient_region="US-CA", now=now)

    alone = [
        slot
        for who in several
        for mode in ("phone", "video", "in_person")
        for slot in find.slots(patient_region="US-CA", now=now, mode=mode, clinician_id=who.pk)
    ]
    assert sorted(together) == sorted(alone)
    assert starts(together) == sorted(starts(alone))
    assert {slot.is_free for slot in together} == {True, False}


def _with_hours(chance: random.Random, make_clinician: Callable[..., User]) -> User:
    zone = chance.choice(["America/Los_Angeles", "America/New_York", "Pacific/Auckland"])
    modes = chance.choice([["phone"], ["phone", "in_person"], ["video", "phone", "in_person"]])
    return make_clinician(time_zone=zone, modes=modes, opens=time(chance.choice([8, 9])), buffer_minutes=5)
