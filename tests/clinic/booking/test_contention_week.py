"""A week of times that everybody wants, and one time that two hundred want: what people were told is what is stored.

`make test` runs a small part of it; `make contention` (THRESHOLD_CONTENTION=full) the counts of the promise. The same
run on a copy of the table without constraints has to double-book, or the proof proves nothing.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions, allowed, holds
from clinic.booking.models import Appointment
from clinic.patients.models import Patient
from tests.clinic.booking.test_contention import at_once, holding, unguarded
from tests.rush import PROCESSES, rush

__all__ = ["unguarded"]

pytestmark = pytest.mark.django_db(transaction=True)
FULL = os.environ.get("THRESHOLD_CONTENTION") == "full"
PEOPLE = 200 if FULL else 48
AT_A_TIME = 50 if FULL else 12
ATTEMPTS = 10_000 if FULL else 480
SLOWEST = 1.0
PATIENCE = 600 if FULL else 30
CONTROL = 60 if FULL else 24
BREATH = 0.1
"""Seconds somebody waits who lost the connection, so that nobody uses up all tries while the database is away."""
Said = list[tuple[Patient, datetime, str]]

OVERLAPS = """
SELECT count(*) FROM booking_appointment a JOIN booking_appointment b
ON a.id < b.id AND a.during && b.during AND (a.clinician_id = b.clinician_id OR a.patient_id = b.patient_id)
WHERE a.state IN ('held', 'offered', 'booked') AND b.state IN ('held', 'offered', 'booked')
"""


def overlaps(schemas: str = "public") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {schemas}")
        cursor.execute(OVERLAPS)
        found = cursor.fetchone()[0]
        cursor.execute("SET search_path TO public")
        return int(found)


def week(at: Callable[..., datetime]) -> list[datetime]:
    """Every twenty minutes from 9 to 11, Wednesday to Tuesday."""
    return [at(day, 9) + timedelta(minutes=20 * n) for day in (2, 3, 4, 7, 8) for n in range(6)]


def trying(
    people: list[Patient], clinician: User, starts: list[datetime], now: datetime, said: Said, seed: int
) -> Callable[[], object]:
    """One worker: so many tries for a random person and a random time; whatever is answered is written down."""

    def work() -> str:
        chance = random.Random(seed)
        for _ in range(ATTEMPTS // AT_A_TIME):
            patient, start = chance.choice(people), chance.choice(starts)
            said.append((patient, start, attempt(patient, clinician, start, now)))
        return "done"

    return work


def attempt(patient: Patient, clinician: User, start: datetime, now: datetime) -> str:
    by = actors.patient(patient.pk)
    try:
        held = actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=by, now=now)
        actions.book(appointment=held, phone="1", reminders="none", needs=[], by=by, now=now)
    except (actions.SlotTaken, actions.HoldReleased, allowed.AlreadyBooked) as refusal:
        return type(refusal).__name__
    except (OperationalError, InterfaceError):
        connections.close_all()
        time.sleep(BREATH)
        return "lost"
    return "booked"


@pytest.fixture
def people(make_patient: Callable[..., Patient]) -> list[Patient]:
    return [make_patient() for _ in range(PEOPLE)]


def test_of_all_connections_at_once_one_gets_the_time_and_the_others_are_told_so(
    clinician: User, people: list[Patient], now: datetime, at: Callable[..., datetime]
) -> None:
    answers = rush(
        database=connection.settings_dict["NAME"],
        clinician=clinician.pk,
        start=at(2, 9),
        now=now,
        patients=[patient.pk for patient in people],
        processes=PROCESSES if FULL else 2,
    )

    assert Counter(answer.said for answer in answers) == {"held": 1, "SlotTaken": PEOPLE - 1}
    assert overlaps() == 0
    slowest = max(answer.since_all for answer in answers)
    print(f"\n{PEOPLE} connections on one time: slowest answer {slowest:.2f} s")
    if FULL:
        assert slowest < SLOWEST


@pytest.mark.parametrize("disturbed", [False, True], ids=["quiet", "connections cut"])
def test_what_people_are_told_of_a_week_is_what_is_stored(
    clinician: User, people: list[Patient], now: datetime, at: Callable[..., datetime], disturbed: bool
) -> None:
    starts = week(at)
    said: Said = []
    works = [trying(people, clinician, starts, now, said, seed) for seed in range(AT_A_TIME)]

    results = at_once([*works, lambda: cut_connections(said)] if disturbed else works)

    assert {found for found, _ in results} <= {"done", "cut"}
    assert bool(lost_of(said)) is disturbed
    what_was_told_is_what_is_stored(said)


def lost_of(said: Said) -> set[tuple[UUID, datetime]]:
    """Who lost the connection while asking for which time: they were told nothing."""
    return {(patient.pk, start) for patient, start, what in said if what == "lost"}


def what_was_told_is_what_is_stored(said: Said) -> None:
    connections.close_all()
    stored = {(row.patient_id, row.start) for row in Appointment.objects.filter(state="booked")}
    told = {(patient.pk, start) for patient, start, what in said if what == "booked"}
    refused = {start for _, start, what in said if what == "SlotTaken"}
    kept = {row.start for row in Appointment.objects.filter(state__in=["held", "booked"])}
    assert overlaps() == 0
    assert told <= stored, "nobody was told booked who is not"
    assert stored - told <= lost_of(said), "whoever is booked was told so, or lost the connection while asking"
    released = {(row.patient_id, row.start) for row in Appointment.objects.filter(state="released")}
    gone = {(patient.pk, start) for patient, start, what in said if what in ("lost", "HoldReleased")}
    let_go = {start for _, start in gone & released}  # held while others asked, and then another time instead
    assert refused <= kept | let_go, "nobody was refused a time that stayed free"
    print(f"\n{len(said)} attempts: {dict(Counter(what for _, _, what in said))}")


def cut_connections(said: Said) -> str:
    """Twice, in the middle: end every other connection, as a restart of the database does to its clients."""
    until = time.monotonic() + PATIENCE
    for part in (0.3, 0.6):
        while len(said) < ATTEMPTS * part and time.monotonic() < until:
            pass_time()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
    return "cut"


def pass_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")


def test_without_the_constraint_the_same_rush_double_books(
    clinician: User,
    make_patient: Callable[..., Patient],
    now: datetime,
    at: Callable[..., datetime],
    unguarded: str,
    all_have_looked: Callable[[int], None],
) -> None:
    rushing = [make_patient() for _ in range(CONTROL)]
    all_have_looked(CONTROL)

    results = at_once([holding(patient, clinician, at(2, 9), now) for patient in rushing], unguarded)

    assert Counter(found for found, _ in results)["held"] > 1
    assert overlaps(unguarded) > 0


@pytest.fixture
def all_have_looked(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Nobody writes before so many have looked, and nobody takes turns, which would keep them from looking at once."""
    look = holds.lock_competing

    def wait_for(number: int) -> None:
        seen = threading.Barrier(number)
        passed = count()

        def lock_after_all(*args: object) -> list[Appointment]:
            if next(passed) < number:
                seen.wait(timeout=30)
            return look(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(holds, "take_turn", lambda *_: None)
        monkeypatch.setattr(holds, "lock_competing", lock_after_all)

    return wait_for
