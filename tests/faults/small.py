"""A database server with few connections and little room, which a test may end, fill or use up."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

import psycopg
import pytest
from django.db import connection, connections

from clinic.onebox import postgres
from tests.own_database import Server, reached

from .little_room import Room, little_room

MOST: Final = "10"
"""Connections; a server keeps three of them for its administrator, which the embedded clinic is."""
FEW: Final = {"max_connections": MOST, "min_wal_size": "32MB", "max_wal_size": "48MB", "wal_writer_delay": "10s"}
"""With little log kept, so that it is the filler that fills the disk, and there is room when that is gone; and with
nobody who writes what a commit did not, so that the control of restarts need not be lucky."""
TRIAL: Final = "trial"


class Small:
    """A server with few connections and little room, as the clinic's own supervisor would keep it."""

    def __init__(self, server: Server, room: Room) -> None:
        self.server, self.room = server, room

    def anew(self) -> None:
        """A database without rows."""
        with self.server.postgres.connect() as administrator:
            administrator.execute(f"DROP DATABASE IF EXISTS {TRIAL} WITH (FORCE)")
            administrator.execute(f"CREATE DATABASE {TRIAL} TEMPLATE {connection.settings_dict['NAME']}")

    @contextmanager
    def full(self) -> Iterator[None]:
        """The disk is full; afterwards there is room, and a server that ended over it is started again."""
        program = self.server.program
        self.room.fill(program, self.server.process.pid)
        try:
            yield
        finally:
            self.room.free(program, self.server.process.pid)
            self.comes_back()

    def comes_back(self) -> None:
        try:
            self.server.postgres.wait_until_ready(self.server.process)
        except postgres.NoDatabase:
            self.server.start()
        connections.close_all()

    @contextmanager
    def dead(self, word: signal.Signals = signal.SIGQUIT) -> Iterator[None]:
        """The server is ended, in the middle of what it does; afterwards it is started again."""
        self.server.process.send_signal(word)
        self.server.process.wait(timeout=30)
        try:
            yield
        finally:
            self.comes_back()

    def forget_to_flush(self) -> None:
        """From now on a commit is told before it is on the disk; the clinic refuses to start on such a database."""
        with self.server.postgres.connect() as administrator:
            administrator.execute(f"ALTER DATABASE {TRIAL} SET synchronous_commit = off")
        connections.close_all()

    @contextmanager
    def taken(self) -> Iterator[int]:
        """Others have every connection there is."""
        connections.close_all()
        others: list[psycopg.Connection] = []
        try:
            while len(others) < int(MOST):
                others.append(self.server.postgres.connect())
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                self.server.postgres.connect()
            yield len(others)
        finally:
            for each in others:
                each.close()
            self.until_they_left()

    def until_they_left(self) -> None:
        for _ in range(1000):
            try:
                with self.server.postgres.connect() as one:
                    asked = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    if one.execute(asked).fetchone() == (1,):
                        return
            except psycopg.OperationalError:
                continue


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Small]:
    """One server for this file: to make one takes a second of work."""
    with tempfile.TemporaryDirectory(prefix="own-") as name, django_db_blocker.unblock():
        folder = Path(name)
        folder.chmod(0o755)
        with little_room(folder) as room, mock.patch.dict(postgres.SETTINGS, FEW):
            own = Server(folder)
            own.copy()
            yield Small(own, room)
            own.drop_dead()
            own.log.close()


@pytest.fixture
def small(server: Small, transactional_db: None) -> Iterator[Small]:
    """Everybody who connects from now on reaches the small one."""
    connections.close_all()
    server.anew()
    with reached(server.server, NAME=TRIAL):
        yield server
