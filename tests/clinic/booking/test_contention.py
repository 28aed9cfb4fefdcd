"""Many people want one time at once, over real connections: one gets it, the others are told at once, nobody deadlocks.

Each proof has a twin without the guard, which must fail: otherwise the proof proves nothing.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, holds
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 40
ROUNDS = 15
At = Callable[..., datetime]


def at_once(tasks: list[Callable[[], object]], schemas: str = "public") -> list[tuple[object, float]]:
    """Run the tasks in threads that start together, each on its own connection: what came of each, in what time."""
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> tuple[object, float]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET search_path TO {schemas}")
            ready.wait(timeout=30)
            begun = time.monotonic()
            try:
                found: object = task()
            except Exception as refusal:  # noqa: BLE001 - what was raised is the result
                found = type(refusal).__name__
            return found, time.monotonic() - begun
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


def holding(patient: Patient, clinician: User, start: datetime, now: datetime) -> Callable[[], object]:
    def task() -> object:
        by = actors.patient(patient.pk)
        actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=by, now=now)
        return "held"

    return task


@pytest.fixture
def all_look_before_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has seen that the time is free before anybody writes: the worst moment there is, every time.

    Turns keep that moment from coming, so nobody takes them here: they make a rush quick, the constraint makes it safe.
    """
    monkeypatch.setattr(holds, "take_turn", lambda *_: None)
    seen = threading.Barrier(PEOPLE)
    lock = holds.lock_competing

    def lock_after_all_have_seen(*args: object) -> list[Appointment]:
        seen.wait(timeout=30)
        return lock(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(holds, "lock_competing", lock_after_all_have_seen)


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[str]:
    """Where a copy of the table without any constraint stands before the real one, which is not touched."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS unguarded CASCADE")
        cursor.execute("CREATE SCHEMA unguarded")
        cursor.execute("CREATE TABLE unguarded.booking_appointment (LIKE booking_appointment INCLUDING DEFAULTS)")
    yield "unguarded, public"
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA unguarded CASCADE")


@pytest.mark.usefixtures("all_look_before_one_writes")
def test_one_of_forty_gets_the_time(
    clinician: User, make_patient: Callable[..., Patient], now: datetime, at: At
) -> None:
    people = [make_patient() for _ in range(PEOPLE)]

    results = at_once([holding(patient, clinician, at(2, 9), now) for patient in people])

    assert Counter(found for found, _ in results) == {"held": 1, "SlotTaken": PEOPLE - 1}
    assert Appointment.objects.filter(state="held").count() == 1
    assert max(seconds for _, seconds in results) < 5


@pytest.mark.usefixtures("all_look_before_one_writes")
def test_without_the_constraint_the_same_forty_double_book(
    clinician: User, make_patient: Callable[..., Patient], now: datetime, at: At, unguarded: str
) -> None:
    people = [make_patient() for _ in range(PEOPLE)]

    results = at_once([holding(patient, clinician, at(2, 9), now) for patient in people], unguarded)

    assert Counter(found for found, _ in results)["held"] > 1


def test_one_of_forty_takes_over_an_expired_hold(
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Callable[..., Appointment],
    now: datetime,
    at: At,
) -> None:
    hold(make_patient(), clinician, at(2, 9))
    later = now + timedelta(minutes=10)
    people = [make_patient() for _ in range(PEOPLE)]

    results = at_once([holding(patient, clinician, at(2, 9), later) for patient in people])

    assert Counter(found for found, _ in results) == {"held": 1, "SlotTaken": PEOPLE - 1}


def test_two_tabs_of_one_patient_never_hold_two_times(clinician: User, patient: Patient, now: datetime, at: At) -> None:
    starts = [at(2, 9), at(2, 9, 20), at(2, 9, 40), at(2, 10)]

    results = at_once([holding(patient, clinician, start, now) for start in starts])

    assert [found for found, _ in results] == ["held"] * len(starts)
    assert Appointment.objects.filter(state="held").count() == 1


def test_two_people_who_want_each_others_time_do_not_wait_in_a_circle(
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Callable[..., Appointment],
    now: datetime,
    at: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each lets go of a time and wants the other's: if both could get half way, the database would end one."""
    one, other = make_patient(), make_patient()
    hold(one, clinician, at(2, 9))
    hold(other, clinician, at(2, 10))
    both_half_way = threading.Barrier(2)
    insert = holds.insert

    def insert_when_both_are_half_way(new: Appointment) -> Appointment | None:
        with suppress(threading.BrokenBarrierError):
            both_half_way.wait(timeout=1)
        return insert(new)

    monkeypatch.setattr(holds, "insert", insert_when_both_are_half_way)
    later = now + timedelta(minutes=10)

    results = at_once([holding(one, clinician, at(2, 10), later), holding(other, clinician, at(2, 9), later)])

    assert [found for found, _ in results] == ["held", "held"]


def test_a_hold_that_expires_as_it_is_booked_has_one_owner(
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Callable[..., Appointment],
    book: Callable[..., Appointment],
    now: datetime,
    at: At,
) -> None:
    one, other = make_patient(), make_patient()
    expired = now + timedelta(minutes=10)
    for _ in range(ROUNDS):
        held = hold(one, clinician, at(2, 9))

        def confirm(held: Appointment = held) -> str:
            book(held, now=expired)
            return "booked"

        def sweep() -> str:
            actions.release_expired(now=expired, by=actors.system("test"))
            return "swept"

        results = at_once([confirm, holding(other, clinician, at(2, 9), expired), sweep])

        told = {found for found, _ in results} - {"swept"}
        kept = set(Appointment.objects.filter(state__in=["held", "booked"]).values_list("patient", "state"))
        assert (told, kept) in (
            ({"booked", "SlotTaken"}, {(one.pk, "booked")}),
            ({"HoldReleased", "held"}, {(other.pk, "held")}),
        )
        Appointment.objects.all().delete()


def test_the_same_hold_booked_by_two_clicks_is_booked_once(
    clinician: User,
    patient: Patient,
    hold: Callable[..., Appointment],
    book: Callable[..., Appointment],
    at: At,
) -> None:
    held = hold(patient, clinician, at(2, 9))

    results = at_once([lambda: str(book(held).pk)] * 8)

    assert {found for found, _ in results} == {str(held.pk)}
    assert patient.messages.filter(template="appointment-booked").count() == 1
