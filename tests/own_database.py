"""A PostgreSQL of one test alone, to be killed, filled or used up while the others of the run go on."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.db import connection, connections

from clinic.onebox import places
from clinic.onebox.postgres import Postgres, find_binaries


class Server:
    """A server that flushes what it commits."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder, folder)
        self.log = (folder / "log").open("ab")
        self.start()

    def start(self) -> None:
        """Start it, from the main thread, and wait until it answers."""
        self.program = self.postgres.program()
        self.process = self.program.start(self.log)
        self.postgres.wait_until_ready(self.process)

    def drop_dead(self) -> None:
        """End it at once, without a word to anybody and without writing anything more."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)

    def copy(self) -> None:
        """Make the database of the run once more in this server."""
        kept = connection.settings_dict
        self.postgres.create_database(kept["NAME"])
        binaries = find_binaries(self.postgres.data)
        source = ["--host", kept["HOST"], "--port", kept["PORT"], "--username", kept["USER"], kept["NAME"]]
        target = ["--host", str(self.postgres.run), "--port", str(places.DATABASE_PORT)]
        target += ["--username", places.DATABASE_USER, "--quiet", "--set", "ON_ERROR_STOP=1", kept["NAME"]]
        words = subprocess.run([binaries / "pg_dump", *source], check=True, capture_output=True)
        subprocess.run([binaries / "psql", *target], check=True, input=words.stdout, capture_output=True)


@contextmanager
def reached(server: Server, **others: str) -> Iterator[None]:
    """Everybody who connects from now on reaches this server."""
    connections.close_all()
    there = {"HOST": str(server.postgres.run), "PORT": str(places.DATABASE_PORT), "USER": places.DATABASE_USER}
    with mock.patch.dict(connection.settings_dict, there | others):
        yield
        connections.close_all()
