"""How long free times take for a whole clinic, how many bookings a second stand against the barest insert, and when
the last of two hundred who want one time is told."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Final

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import actors
from clinic.booking import actions, availability_actions, find
from clinic.booking.models import Appointment
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from tests.bench.figures import Figure, in_turns
from tests.rush import PROCESSES, rush

NOW: Final = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
CLINICIANS: Final = 20
LOCATIONS: Final = 6
PEOPLE: Final = 16
TRIES: Final = 12
"""Times each of these people asks for, one after another, all at once with the others."""
RUSH: Final = 200
DESK: Final = actors.system("bench")
BARE: Final = """
CREATE TABLE bench_slot (
    id uuid PRIMARY KEY, clinician int NOT NULL, during tstzrange NOT NULL,
    EXCLUDE USING gist (clinician WITH =, during WITH &&)
)"""


def figures() -> Iterator[Figure]:
    """Free times of 8 weeks, and bookings under contention."""
    staff = [_clinician(number) for number in range(CLINICIANS)]
    yield from _free_times()
    yield from _contention(staff)
    yield _rush(staff[1])


def _clinician(number: int) -> User:
    user = User.objects.create_user(f"c{number}@bench.test", name=f"Dr. {number}", role=Role.CLINICIAN)
    availability_actions.license_for(clinician=user, region="US-CA", by=DESK)
    availability_actions.offer_times(
        clinician=user,
        weekdays=range(5),
        opens=clock(9),
        closes=clock(17),
        time_zone="America/Los_Angeles",
        modes=["phone", "video", "in_person"],
        valid_from=date(2026, 1, 1),
        location=f"place-{number % LOCATIONS}",
        room=str(number),
        by=DESK,
    )
    return user


def _free_times() -> Iterator[Figure]:
    """Every time of eight weeks that is free: in one way to meet, and in all three of them."""
    modes = {"one way to meet": "phone", "three ways": None}

    def asking(mode: str | None) -> Callable[[int], Callable[[], object]]:
        return lambda _: lambda: find.free_times(patient_region="US-CA", now=NOW, mode=mode)

    times = in_turns({name: asking(mode) for name, mode in modes.items()}, 60, within=20.0)
    what = f"free times, 8 weeks x {CLINICIANS} clinicians x {LOCATIONS} locations"
    for name, mode in modes.items():
        with CaptureQueriesContext(connection) as queries:
            found = find.free_times(patient_region="US-CA", now=NOW, mode=mode)
        each = times[name]
        detail = f"{len(found)} slots, on the clock {each.median * 1e3:.1f} ms"
        yield Figure(f"{what}, {name}", each.usually_busy * 1e3, "ms", at_most=50, detail=detail)
        yield Figure("  statements to the database", len(queries), "", at_most=5)


def _contention(staff: list[User]) -> Iterator[Figure]:
    """Everybody asks for the same few times: whole bookings, with checks, locks, message and audit, against one row.

    Each try is somebody else's, so that nobody is refused for having an appointment already.
    """
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    people = [[_patient() for _ in range(TRIES)] for _ in range(PEOPLE)]
    starts = [datetime(2026, 12, 2, 17, tzinfo=UTC) + timedelta(minutes=20 * n) for n in range(TRIES)]
    bare = _all_at_once([_insert] * PEOPLE, starts)
    whole = _all_at_once([_booking(each, staff[0]) for each in people], starts)
    booked = Appointment.objects.filter(state=Appointment.State.BOOKED).count()
    if booked != TRIES:
        raise RuntimeError(f"{booked} of {TRIES} times are booked.")
    detail = (
        f"{whole:.0f} and {bare:.0f} tries a second, {whole / PEOPLE:.1f} bookings a second; "
        f"{PEOPLE} people at once for {TRIES} times of one clinician"
    )
    yield Figure("bookings under contention : bare insert with the constraint", whole / bare, "x", detail=detail)


def _all_at_once(works: Sequence[Callable[[datetime], object]], starts: list[datetime]) -> float:
    """Tries a second, when each worker asks for every time in an order of its own."""
    ready = threading.Barrier(len(works) + 1)

    def run(number: int) -> None:
        try:
            ready.wait(timeout=30)
            for start in starts[number % TRIES :] + starts[: number % TRIES]:
                works[number](start)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        running = [threads.submit(run, number) for number in range(len(works))]
        ready.wait(timeout=30)
        begun = time.perf_counter()
        for each in running:
            each.result()
        return len(works) * len(starts) / (time.perf_counter() - begun)


def _rush(clinician: User) -> Figure:
    """One time of one clinician, wanted by everybody at once."""
    wanted = datetime(2026, 12, 2, 17, tzinfo=UTC)
    people = [_patient().pk for _ in range(RUSH)]
    database = connection.settings_dict["NAME"]
    answers = rush(database=database, clinician=clinician.pk, start=wanted, now=NOW, patients=people)
    if Counter(answer.said for answer in answers) != {"held": 1, "SlotTaken": RUSH - 1}:
        raise RuntimeError(f"{Counter(answer.said for answer in answers)} were told so.")
    since_all = sorted(answer.since_all for answer in answers)
    own = max(answer.since_own for answer in answers)
    detail = f"median {since_all[RUSH // 2]:.2f} s; slowest from its own start {own:.2f} s; {PROCESSES} processes"
    what = f"{RUSH} connections on one time: the last answer after all began"
    return Figure(what, since_all[-1], "s", at_most=1, detail=detail)


def _insert(start: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_slot VALUES (%s, 1, tstzrange(%s, %s)) ON CONFLICT DO NOTHING",
            [uuid.uuid4(), start, start + timedelta(minutes=20)],
        )


def _booking(people: list[Patient], clinician: User) -> Callable[[datetime], None]:
    """One worker: each time it is asked for, another of these people holds and books it, or is told who was faster."""
    waiting = iter(people)

    def book(start: datetime) -> None:
        patient = next(waiting)
        try:
            held = actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=DESK, now=NOW)
        except actions.SlotTaken:
            return
        actions.book(appointment=held, phone="(555) 010-0199", reminders="email", needs=[], by=DESK, now=NOW)

    return book


def _patient() -> Patient:
    patient = Patient.objects.create(region="US-CA", country="US", safe_contact="yes", email="a@bench.test")
    before = NOW - timedelta(days=1)
    intake = Intake.objects.create(
        patient=patient, protocol="test", seal="s", state=Intake.State.SUBMITTED, submitted_at=before
    )
    ScreeningRecord.objects.create(
        intake=intake,
        protocol="test",
        seal="s",
        answers_hash="a",
        body_hash="b",
        answers={},
        result={},
        signature="A",
        outcome="ready_to_book",
        priority="P4",
        screened_at=before,
        due_at=NOW,
    )
    return patient
