"""A clinic of the bench's own in `var/bench`: a PostgreSQL that flushes every commit, and a broker; gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinic.onebox.processes import Program

FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
VAR = FOLDER / "clinic"
STOP_WITHIN = 15.0
MOST_CONNECTIONS = "250"
"""More than the clinic's own server lets in: the rush for one time opens two hundred."""
FROM_OUTSIDE = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "SECRET_KEY",
    "VAULT_KEYS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "PROTOCOL",
)
"""What somebody may have set for another clinic; the bench always measures its own."""


def choose() -> None:
    """Point the settings to the bench's folder; nothing of the clinic may have been imported before."""
    if "clinic" in sys.modules:
        raise RuntimeError("The clinic read its settings before the bench chose its folder.")
    for name in FROM_OUTSIDE:
        os.environ.pop(name, None)
    os.environ |= {
        "ENVIRONMENT": "development",
        "THRESHOLD_VAR": str(VAR),
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }


@contextmanager
def opened() -> Iterator[None]:
    """The servers run, the tables and static files are there; afterwards all of it is ended and removed."""
    from clinic.onebox import processes
    from clinic.onebox.lock import Lock, Taken

    lock = Lock(FOLDER / "run.lock")
    try:
        lock.take()
    except Taken as holder:
        raise SystemExit(f"Another bench runs in this folder: {holder}.") from None
    lock.say(f"a bench (process {os.getpid()})")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    running: list[tuple[Program, subprocess.Popen[bytes]]] = []
    try:
        _remove_what_a_killed_run_left()
        _start_servers(running)
        _prepare()
        yield
    finally:
        for program, process in reversed(running):
            process.send_signal(program.ends_on)
        processes.end([process for _, process in running], time.monotonic() + STOP_WITHIN)
        shutil.rmtree(VAR, ignore_errors=True)
        lock.let_go()


def _remove_what_a_killed_run_left() -> None:
    from clinic.onebox import processes

    for folder in (VAR / "pgdata", VAR / "valkey"):
        if not processes.wait_until_nobody_lives_in(folder, STOP_WITHIN):
            raise RuntimeError(f"A server of a bench that was killed still works in {folder}. Stop it first.")
    shutil.rmtree(VAR / "pgdata", ignore_errors=True)
    shutil.rmtree(VAR / "valkey", ignore_errors=True)


def _start_servers(running: list[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    from clinic.onebox import places, postgres
    from clinic.onebox.postgres import Postgres
    from clinic.onebox.valkey import Valkey

    postgres.SETTINGS["max_connections"] = MOST_CONNECTIONS
    run = places.make_run_dir()
    database, broker = Postgres(VAR, run), Valkey(VAR, run)
    for server in (database, broker):
        program = server.program()
        with (VAR / f"{program.name}.log").open("ab") as log:
            running.append((program, program.start(log)))
        server.wait_until_ready(running[-1][1])
    database.create_database()


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    from tests.bench import bare

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    bare.make_table()


def durability() -> str:
    """The settings of PostgreSQL that make a commit last.

    Raises:
        RuntimeError: one of them is off, so the times would flatter.
    """
    from django.db import connection

    names = ("fsync", "synchronous_commit", "full_page_writes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)])
        found = dict(cursor.fetchall())
    if found != dict.fromkeys(names, "on"):
        raise RuntimeError(f"PostgreSQL does not keep what it commits: {found}")
    return ", ".join(f"{name} on" for name in names)
