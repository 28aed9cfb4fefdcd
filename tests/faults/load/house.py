"""A PostgreSQL, a broker, the web server and the workers, each under the clinic's own supervisor."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection, connections

from clinic.onebox import places, programs
from clinic.onebox.postgres import Postgres
from clinic.onebox.processes import Program
from clinic.onebox.supervisor import Stage, Supervisor
from clinic.onebox.valkey import Valkey
from clinic.onebox.web import Address
from tests.brokers.servers import family, tell
from tests.own_database import Server

TRIAL: Final = "trial"
WEB: Final = "clinic.wsgi:application"
WORKERS: Final = "clinic"
WITHIN: Final = 300.0
"""Seconds, on a machine that does much else."""
LOOK_EVERY: Final = 0.003


class House:
    """A database server that flushes, kept for several tests; each has a database of its own in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.postgres = folder, Postgres(folder, folder)
        self.said: list[str] = []
        first = Server(folder)
        first.copy()
        first.process.send_signal(signal.SIGINT)
        first.process.wait(timeout=30)
        first.log.close()
        self.supervisor = Supervisor(self.hears)
        self.postgres.wait_until_ready(self.supervisor.start(Stage.DATABASE, self.postgres.program))

    def hears(self, name: str, line: str) -> None:
        """Keep what a program says, for whoever asks why a test failed."""
        self.said.append(f"{name} | {line}")

    def errors(self) -> str:
        """What went wrong in the programs, by their own words."""
        return "\n".join(line for line in self.said if "error" in line.lower())[-6000:]

    def anew(self) -> None:
        """A database without rows."""
        with self.postgres.connect() as administrator:
            administrator.execute(f"DROP DATABASE IF EXISTS {TRIAL} WITH (FORCE)")
            administrator.execute(f"CREATE DATABASE {TRIAL} TEMPLATE {connection.settings_dict['NAME']}")

    def forget_to_flush(self) -> None:
        """From now on a commit is told before it is on the disk; the clinic refuses to start on such a database."""
        connections.close_all()
        with self.postgres.connect() as administrator:
            administrator.execute(f"ALTER DATABASE {TRIAL} SET synchronous_commit = off")
            administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [TRIAL])

    def serves(self) -> bool:
        """Whether the database takes connections."""
        try:
            self.postgres.connect().close()
        except psycopg.OperationalError:
            return False
        return True


class Clinic:
    """What a test opens of the clinic: its web server, its broker, its workers and its clock."""

    def __init__(self, house: House, mail: str) -> None:
        self.house, self.mail = house, mail
        self.valkey = Valkey(house.folder, house.folder)
        self.address = Address("127.0.0.1", 0)
        self.supervisor = Supervisor(house.hears)

    def environment(self) -> dict[str, str]:
        """What its programs are told; `make run` tells them the same."""
        folder = self.house.folder
        there = f"host={quote(str(folder), safe='')}&port={places.DATABASE_PORT}"
        return {
            "DATABASE_URL": f"postgresql://{places.DATABASE_USER}@/{TRIAL}?{there}",
            "CELERY_BROKER_URL": f"redis+socket://{quote(str(self.valkey.socket))}",
            "EMAIL_URL": self.mail,
            "ENVIRONMENT": "test",
            "SECRET_KEY": settings.SECRET_KEY,
            "VAULT_KEYS": settings.VAULT_KEYS,
            "THRESHOLD_VAR": str(folder),
            "SITE_URL": self.address.url,
        }

    def open_web(self, application: str = WEB) -> None:
        """Open the web server as `make run` does; another application is one without a guard."""

        def program() -> Program:
            served = programs.web(self.address)
            return Program(served.name, (*served.command[:-1], application), served.folder, inherits=served.inherits)

        self.supervisor.start(Stage.CLINIC, program)
        self.until(self.address.answers)

    def open_broker(self) -> None:
        """Open the broker."""
        self.valkey.wait_until_ready(self.supervisor.start(Stage.BROKER, self.valkey.program))

    def open_workers(self, app: str = WORKERS, *, has_a_clock: bool = True) -> None:
        """Open both workers and the clock; another app, or none of a clock, is without a guard."""

        def program(name: str) -> Program:
            given = programs.worker(name)
            return Program(name, tuple(app if part == WORKERS else part for part in given.command), given.folder)

        for name in programs.QUEUES:
            self.supervisor.start(Stage.CLINIC, partial(program, name))
        if has_a_clock:
            self.supervisor.start(Stage.CLINIC, programs.beat)

    def tend(self) -> None:
        """Start again what has died; the main thread does it, often."""
        self.house.supervisor.tend()
        self.supervisor.tend()
        time.sleep(LOOK_EVERY)

    def until(self, holds: Callable[[], object], within: float = WITHIN) -> float:
        """Tend the clinic until something holds, and say how many seconds that took."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < within, "\n".join(["it did not come to that", *self.house.said[-40:]])
            self.tend()
        return time.monotonic() - began

    def program(self, name: str) -> subprocess.Popen[bytes] | None:
        """The process of a program, while it runs."""
        children = (*self.house.supervisor.children, *self.supervisor.children)
        return next((each.process for each in children if each.program.name == name and each.is_running), None)

    def close_broker(self) -> None:
        """The broker is gone, and nobody starts it again."""
        broker = next(each for each in self.supervisor.children if each.stage is Stage.BROKER)
        self.supervisor.children.remove(broker)
        broker.process.kill()
        broker.process.wait(timeout=30)

    def below(self, name: str) -> list[int]:
        """What a program has started."""
        process = self.program(name)
        return family(process.pid)[1:] if process else []

    def close(self) -> None:
        """End everything but the database, without waiting for anybody."""
        running = [child.process for child in self.supervisor.children if child.process and child.is_running]
        self.supervisor.children.clear()
        tell([pid for process in running for pid in family(process.pid)], signal.SIGKILL)
        for process in running:
            process.wait(timeout=30)
