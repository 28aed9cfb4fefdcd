"""Many people want one time at once, over real connections: one gets it, the others are told at once, nobody deadlocks.

Each proof has a twin without the guard, which must fail: otherwise the proof proves nothing.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
SWAPS = 15
At = Callable[..., datetime]


def at_once(tasks: list[Callable[[], object]]) -> list[tuple[object, float]]:
    """Run the tasks in threads that start together, each on its own connection: what came of each, in what time."""
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> tuple[object, float]:
        try:
            connection.ensure_connection()
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
    """Everybody has seen that the time is free before anybody writes: the worst moment there is, every time."""
    seen = threading.Barrier(PEOPLE)
    lock = holds.lock_competing

    def lock_after_all_have_seen(*args: object) -> list[Appointment]:
        seen.wait(timeout=30)
        return lock(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(holds, "lock_competing", lock_after_all_have_seen)


@pytest.fixture
def table_without_the_guard(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Appointments go into a copy of their table that has no constraints; the real one is not touched."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS unguarded_appointment")
        cursor.execute("CREATE TABLE unguarded_appointment (LIKE booking_appointment INCLUDING DEFAULTS)")
    monkeypatch.setattr(Appointment._meta, "db_table", "unguarded_appointment")
    yield
    monkeypatch.undo()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE unguarded_appointment")


@pytest.mark.usefixtures("all_look_before_one_writes")
def test_one_of_forty_gets_the_time(
    clinician: User, make_patient: Callable[..., Patient], now: datetime, at: At
) -> None:
    people = [make_patient() for _ in range(PEOPLE)]

    results = at_once([holding(patient, clinician, at(2, 9), now) for patient in people])

    assert Counter(found for found, _ in results) == {"held": 1, "SlotTaken": PEOPLE - 1}
    assert Appointment.objects.filter(state="held").count() == 1
    assert max(seconds for _, seconds in results) < 5


@pytest.mark.usefixtures("all_look_before_one_writes", "table_without_the_guard")
def test_without_the_constraint_the_same_forty_double_book(
    clinician: User, make_patient: Callable[..., Patient], now: datetime, at: At
) -> None:
    people = [make_patient() for _ in range(PEOPLE)]

    results = at_once([holding(patient, clinician, at(2, 9), now) for patient in people])

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
) -> None:
    one, other = make_patient(), make_patient()
    for round_ in range(SWAPS):
        moment = now + timedelta(minutes=30 * round_)
        hold(one, clinician, at(4, 9), now=moment)
        hold(other, clinician, at(4, 10), now=moment)
        later = moment + timedelta(minutes=10 * (round_ % 2))

        results = at_once([holding(one, clinician, at(4, 10), later), holding(other, clinician, at(4, 9), later)])

        assert {found for found, _ in results} <= {"held", "SlotTaken"}
        assert max(seconds for _, seconds in results) < 1
        Appointment.objects.all().delete()


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
    for _ in range(SWAPS):
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
