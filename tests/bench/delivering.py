"""How soon a message leaves after its commit, how many follow-ups two workers do, and what a sweep costs."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clinic import celery
from clinic.audit.actors import system
from clinic.followups import actions, claims
from clinic.followups.models import FollowUp
from clinic.notifications import delivery
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.onebox import places, processes, programs
from clinic.onebox.processes import Program
from clinic.onebox.valkey import Valkey
from clinic.patients.models import Patient
from clinic.wsgi import application  # noqa: F401 - tasks are registered as in the clinic
from tests.bench.figures import Figure, in_turns
from tests.bench.place import VAR

BY: Final = system("bench")
SENT_ONE_BY_ONE: Final = 150
FOLLOW_UPS: Final = 400
EMPTY_TASKS: Final = 4_000
EMPTY: Final = "celery.accumulate"
"""A task of Celery's own that does nothing."""
FUTURE, DUE = 1_000_000, 1_000
PATIENCE: Final = 120.0


def figures() -> Iterator[Figure]:
    """Delivering one by one and many at once with real workers, then the sweep.

    Its rows are made a million at a time, for which the limits of a web process are not meant.
    """
    connection.settings_dict["OPTIONS"].pop("options", None)
    patient = Patient.objects.create(email="a@bench.test", safe_contact="yes", country="US", region="US-CA")
    with _workers(1):
        yield from _soon(patient)
    with _workers(2):
        yield from _many(patient)
    yield from _sweep(patient)


@contextmanager
def _workers(count: int) -> Iterator[None]:
    """Workers as `make run` starts them, each with one process, on every queue; they are warm when this returns."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(count):
            command = tuple(part.replace("worker@", f"bench{number}@") for part in programs.worker("worker").command)
            command = tuple("urgent,default,bulk" if part == "default,bulk" else part for part in command)
            with (VAR / f"worker{number}.log").open("ab") as log:
                running.append(Program(f"worker{number}", command, places.REPOSITORY).start(log))
        _all_done([_empty() for _ in range(200 * count)])
        yield
    finally:
        for process in running:
            process.terminate()
        processes.end(running, time.monotonic() + 15)


def _soon(patient: Patient) -> Iterator[Figure]:
    took = []
    for number in range(SENT_ONE_BY_ONE + 10):
        message = _message(patient, f"soon:{number}")
        begun = time.perf_counter()
        _until(lambda pk=message.pk: Message.objects.filter(pk=pk, state="sent").exists())
        took.append(time.perf_counter() - begun)
    took = sorted(took[10:])
    detail = f"to a file that is flushed, one worker, n = {len(took)}"
    yield Figure("commit to delivered, median", statistics.median(took) * 1e3, "ms", detail=detail)
    yield Figure("commit to delivered, 95th percentile", took[int(len(took) * 0.95)] * 1e3, "ms")


def _many(patient: Patient) -> Iterator[Figure]:
    """Two sweeps do what is due side by side; each follow-up queues a message, and each message is nudged and sent."""
    begun = time.perf_counter()
    _all_done([_empty() for _ in range(EMPTY_TASKS)])
    empty = EMPTY_TASKS / (time.perf_counter() - begun)
    now = timezone.now()
    _follow_ups(patient, count=FOLLOW_UPS, first=now - timedelta(minutes=30), name="many")
    before = Message.objects.filter(state="sent").count()
    begun = time.perf_counter()
    for _ in range(2):
        celery.app.send_task("clinic.followups.tasks.do_due", queue="default")
    _until(lambda: not FollowUp.objects.filter(cause__startswith="many", state__in=["planned", "claimed"]).exists())
    done = FOLLOW_UPS / (time.perf_counter() - begun)
    _until(lambda: Message.objects.filter(state="sent").count() >= before + FOLLOW_UPS)
    sent = FOLLOW_UPS / (time.perf_counter() - begun)
    detail = f"{done:.0f} and {empty:.0f} a second; with their e-mails written {sent:.0f} a second"
    yield Figure("follow-ups a second : empty tasks a second, 2 workers", done / empty, "x", detail=detail)


def _sweep(patient: Patient) -> Iterator[Figure]:
    """What a sweep pays to find what is due; doing it is paid for each row, above."""
    now = timezone.now()
    _follow_ups(patient, count=FUTURE, first=now + timedelta(days=1), name="future")
    _follow_ups(patient, count=DUE, first=now - timedelta(minutes=30), name="due")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE followups_followup")
    times_asked = DUE // claims.AT_ONCE
    found: dict[str, Callable[[int], Callable[[], object]]] = {
        "all": lambda _: lambda: [claims.most_pressing(now) for _ in range(times_asked)],
        "first": lambda _: lambda: claims.most_pressing(now),
    }
    times = in_turns(found, 40, warm_up=3)
    if len(list(claims.due(now))) != DUE:
        raise RuntimeError("The sweep does not find exactly what is due.")
    what = f"finding {DUE:,} due follow-ups among {FUTURE:,} future ones, {claims.AT_ONCE} at a time"
    asked = claims.due(now).order_by("priority", "try_at").values_list("pk")[: claims.AT_ONCE]
    in_database = statistics.median(_milliseconds_of(asked) for _ in range(10))
    all_of_them = times["all"]
    of_postgresql = in_database * times_asked
    detail = f"PostgreSQL {of_postgresql:.1f} ms, the rest is Python's; on the clock {all_of_them.median * 1e3:.0f} ms"
    yield Figure(what, of_postgresql + all_of_them.usually_busy * 1e3, "ms", at_most=100, detail=detail)
    first = times["first"].usually_busy * 1e3
    yield Figure(f"  the first {claims.AT_ONCE} of them", in_database + first, "ms")
    FollowUp.objects.filter(cause__startswith="due").update(state="done", done_at=now, done_by="bench")
    idle = in_turns({"idle": lambda _: _idle}, 40, warm_up=3)["idle"]
    detail = f"processor; on the clock {idle.median * 1e3:.0f} ms"
    yield Figure("a whole sweep with nothing due", idle.usually_busy * 1e3, "ms", at_most=100, detail=detail)


def _milliseconds_of(asked: QuerySet[FollowUp]) -> float:
    """What PostgreSQL itself says a query took, so that a busy machine does not count twice."""
    return float(json.loads(asked.explain(analyze=True, format="json"))[0]["Execution Time"])


def _idle() -> None:
    now = timezone.now()
    actions.withdraw(by=BY)
    actions.do_due(now=now, by=BY)
    delivery.deliver_due(now=now, by=BY)


def _message(patient: Patient, key: str) -> Message:
    return queue(
        key=key, template="please-look", patient=patient, keeps_quiet_hours=False, by=BY, now=datetime.now(UTC)
    )


def _follow_ups(patient: Patient, *, count: int, first: datetime, name: str) -> None:
    """Rows of one message to a patient, a millisecond apart, made by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO followups_followup (id, plan, protocol, patient_id, cause, row_id, counts_from, due_at,
                   try_at, priority, audience, channel, stop_condition, keeps_quiet_hours, state, attempts,
                   done_by, reason, answer, planned_at)
               SELECT gen_random_uuid(), 'F10', '2026-11', %(patient)s, %(name)s || ':' || n, gen_random_uuid(), now(),
                   %(first)s + n * interval '1 millisecond', %(first)s + n * interval '1 millisecond', 'P4', 'patient',
                   'email', 'none', false, 'planned', 0, '', '', '', now()
               FROM generate_series(1, %(count)s) AS n""",
            {"patient": patient.pk, "name": name, "first": first, "count": count},
        )


def _empty() -> uuid.UUID:
    return celery.app.send_task(EMPTY, args=[1], kwargs={"index": 0}, queue="default", ignore_result=True)


def _all_done(_: object) -> None:
    """Wait until the broker holds nothing, waiting or given out."""
    with Valkey(VAR, places.run_dir()).connect() as broker:
        _until(lambda: not broker.llen("default") and not broker.zcard("unacked_index"))


def _until(holds: Callable[[], bool]) -> None:
    by = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > by:
            raise RuntimeError("The workers of the bench did not come to the end.")
        time.sleep(0.002)
