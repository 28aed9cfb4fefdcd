"""Scratch folders and servers for the tests of one machine; every process started here is ended here."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic.onebox import processes
from clinic.onebox.postgres import Postgres
from clinic.onebox.processes import Program

Start = Callable[[Program], subprocess.Popen[bytes]]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """An empty data folder with a folder for sockets."""
    (tmp_path / "run").mkdir(mode=0o700)
    return tmp_path


@pytest.fixture
def start(var: Path) -> Iterator[Start]:
    """Starts a program with its output in `output`, and ends it after the test."""
    started: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start_one(program: Program) -> subprocess.Popen[bytes]:
        with (var / "output").open("ab") as output:
            process = program.start(output)
        started.append((program, process))
        return process

    yield start_one
    for program, process in started:
        if process.poll() is None:
            process.send_signal(program.ends_on)
    processes.end([process for _, process in started], time.monotonic() + 10)


@pytest.fixture
def postgres(var: Path) -> Postgres:
    """A PostgreSQL that keeps what it acknowledges, not started yet."""
    return Postgres(var, var / "run")
