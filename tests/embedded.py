"""Starts a PostgreSQL and a broker for the tests; loaded early, by `-p tests.embedded`, because pytest-django reads the
settings before any conftest.

The process that the tests are started from owns both servers; xdist's workers inherit its environment. Nothing is
started for `tests/screening` alone, nor in place of DATABASE_URL or CELERY_BROKER_URL. The data folder is kept between
runs, in `var/test` or THRESHOLD_TEST_VAR, but the nudges in it are not, as their rows are gone; while another run uses
`var/test`, the next one is taken.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from clinic.onebox.processes import Program

REPOSITORY = Path(__file__).resolve().parents[1]
NEEDS_NOTHING = REPOSITORY / "tests" / "screening"
OWNER = "THRESHOLD_TEST_OWNER"
"""Set in the environment by the process that owns the servers."""
MOST_RUNS = 9
STOP_WITHIN = 10.0

_running: list[tuple[Program, subprocess.Popen[bytes]]] = []
_locks: list[int] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Before pytest-django reads the settings: choose the folder, then start what the chosen tests need."""
    asked = early_config.known_args_namespace
    if OWNER not in os.environ and not (asked.help or asked.version):
        os.environ[OWNER] = str(os.getpid())
        os.environ["ENVIRONMENT"] = "test"
        os.environ["THRESHOLD_VAR"] = os.environ.get("THRESHOLD_TEST_VAR") or str(_free_folder())
        if _needs_servers(asked.file_or_dir, early_config.invocation_params.dir):
            _start_servers()
    return (yield)


def pytest_unconfigure() -> None:
    """Stop what this process started; pytest calls it after a failure and after Ctrl-C too."""
    if not _running:
        return
    from clinic.onebox import processes

    for program, process in reversed(_running):
        process.send_signal(program.ends_on)
    processes.end([process for _, process in _running], time.monotonic() + STOP_WITHIN)
    _running.clear()


def _free_folder() -> Path:
    """`var/test`, or while another run holds that, `var/test-2` and so on."""
    (REPOSITORY / "var").mkdir(mode=0o700, exist_ok=True)
    for number in range(1, MOST_RUNS + 1):
        folder = REPOSITORY / "var" / ("test" if number == 1 else f"test-{number}")
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _locks.append(lock)
        return folder
    raise pytest.UsageError(f"{MOST_RUNS} test runs are already going on in this folder.")


def _needs_servers(arguments: list[str], invoked_in: Path) -> bool:
    paths = [(invoked_in / argument.split("::")[0]).resolve() for argument in arguments]
    return not paths or not all(path.is_relative_to(NEEDS_NOTHING) for path in paths)


def _start_servers() -> None:
    """Imported only here: importing the clinic reads the settings, which need the folder that was chosen above."""
    from clinic.onebox import places
    from clinic.onebox.postgres import Postgres
    from clinic.onebox.valkey import Valkey

    var, run = places.var_dir(), places.make_run_dir()
    if not os.environ.get("DATABASE_URL"):
        _forget_after_a_crash(var / "pgdata")
        database = Postgres(var, run, durable=False)
        database.wait_until_ready(_start(database.program(), var))
        database.create_database()
    if not os.environ.get("CELERY_BROKER_URL"):
        broker = Valkey(var, run)
        broker.wait_until_ready(_start(broker.program(), var))
        with broker.connect() as client:
            client.flushall()


def _start(program: Program, var: Path) -> subprocess.Popen[bytes]:
    with (var / f"{program.name}.log").open("ab") as log:
        process = program.start(log)
    _running.append((program, process))
    return process


def _forget_after_a_crash(data: Path) -> None:
    """Tests write without flushing, so a data folder that was not closed properly is not used again."""
    from clinic.onebox import processes

    if processes.wait_until_nobody_lives_in(data, STOP_WITHIN) and (data / "postmaster.pid").exists():
        shutil.rmtree(data)
