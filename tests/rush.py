"""Many people who want one time at once, in several processes as in a clinic, each on a connection that is open before.

    python -m tests.rush DATABASE    one of these processes; it reads what to do from its standard input

A clinic answers in processes, not in two hundred threads of one, which wait for each other's Python and not for the
database. Each answer is timed twice: from the moment all were told to begin, and from when its own thread began.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

PROCESSES: Final = 4
CONNECTED_WITHIN: Final = 60.0
ANSWERED_WITHIN: Final = 120.0
AHEAD: Final = 0.5
"""Seconds from the word to the beginning, so that every thread stands ready."""
REPOSITORY: Final = Path(__file__).resolve().parents[1]


class Answer(NamedTuple):
    """What somebody was told, and after how many seconds: since all were to begin, and since they did."""

    said: str
    since_all: float
    since_own: float


def rush(
    *,
    database: str,
    clinician: int,
    start: datetime,
    now: datetime,
    patients: Sequence[UUID],
    processes: int = PROCESSES,
) -> list[Answer]:
    """Let everybody ask for one time by phone at one moment.

    Args:
        database: the name of the database, in the server of the settings.
        clinician: the id of the clinician.
        start: the time.
        now: the moment they say it is.
        patients: who asks, each on a connection of their own.
        processes: how many processes they are spread over.
    """
    about = {"clinician": clinician, "start": start.isoformat(), "now": now.isoformat()}
    command = [sys.executable, "-m", "tests.rush", database]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": REPOSITORY}
    running = [subprocess.Popen(command, **pipes) for _ in range(processes)]
    try:
        for number, each in enumerate(running):
            _say(each, {**about, "patients": [str(patient) for patient in patients[number::processes]]})
        for each in running:
            if _hear(each) != "ready":
                raise RuntimeError("A process of the rush did not connect.")
        begin = time.monotonic() + AHEAD
        for each in running:
            _say(each, begin)
        return [Answer(*answer) for each in running for answer in _hear(each)]
    finally:
        for each in running:
            with suppress(subprocess.TimeoutExpired):
                each.communicate(timeout=5)
            each.kill()
            each.wait()


def _say(to: subprocess.Popen[str], what: object) -> None:
    to.stdin.write(json.dumps(what) + "\n")  # type: ignore[union-attr]
    to.stdin.flush()  # type: ignore[union-attr]


def _hear(of: subprocess.Popen[str]) -> Any:
    line = of.stdout.readline()  # type: ignore[union-attr]
    if not line:
        raise RuntimeError("A process of the rush ended; what it said is above.")
    return json.loads(line)


def _asking(about: dict[str, Any]) -> list[Answer]:
    """One process: connect, say so, wait for the word, and ask."""
    from django.db import connection, connections

    from clinic.accounts.models import User
    from clinic.audit import actors
    from clinic.booking import actions
    from clinic.patients.models import Patient

    clinician = User.objects.get(pk=about["clinician"])
    start, now = datetime.fromisoformat(about["start"]), datetime.fromisoformat(about["now"])
    people = list(Patient.objects.filter(pk__in=about["patients"]))
    connected = threading.Barrier(len(people) + 1)
    told = threading.Event()
    begin = 0.0

    def ask(patient: Patient) -> Answer:
        connection.ensure_connection()
        connected.wait(timeout=CONNECTED_WITHIN)
        told.wait(timeout=CONNECTED_WITHIN)
        time.sleep(max(0.0, begin - time.monotonic()))
        begun, by = time.monotonic(), actors.patient(patient.pk)
        try:
            actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=by, now=now)
            said = "held"
        except Exception as refusal:  # noqa: BLE001 - what was raised is the answer
            said = type(refusal).__name__
        ended = time.monotonic()
        connections.close_all()
        return Answer(said, ended - begin, ended - begun)

    with ThreadPoolExecutor(len(people)) as threads:
        asking = [threads.submit(ask, patient) for patient in people]
        connected.wait(timeout=CONNECTED_WITHIN)
        print(json.dumps("ready"), flush=True)
        begin = json.loads(sys.stdin.readline())
        told.set()
        return [each.result(timeout=ANSWERED_WITHIN) for each in asking]


def main() -> None:
    """Reach the database that is named, and take part."""
    import django
    from django.conf import settings

    import_module("clinic")  # it asks for the settings; those of the bench cannot ask for it first
    django.setup()
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    print(json.dumps(_asking(json.loads(sys.stdin.readline()))), flush=True)


if __name__ == "__main__":
    main()
