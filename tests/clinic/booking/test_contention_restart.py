"""The database of a rush for the times of a week dies in the middle and comes back: nobody was told what is not so."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, connections

from clinic.accounts.models import User
from clinic.booking.models import Appointment
from clinic.onebox import places
from clinic.onebox.postgres import Postgres, find_binaries
from clinic.patients.models import Patient
from tests.clinic.booking.test_contention_week import (
    AT_A_TIME,
    ATTEMPTS,
    PATIENCE,
    Said,
    lost_of,
    people,
    trying,
    week,
    what_was_told_is_what_is_stored,
)

__all__ = ["people"]
pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """A PostgreSQL of this test alone, which flushes what it commits; the others of the run go on."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder, folder)
        self.log = (folder / "log").open("ab")
        self.start()

    def start(self) -> None:
        """Start it, from the main thread, and wait until it answers."""
        self.process = self.postgres.program().start(self.log)
        self.postgres.wait_until_ready(self.process)

    def drop_dead(self) -> None:
        """End it at once, without a word to anybody and without writing anything more."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)

    def copy(self, kept: dict[str, str]) -> None:
        """Make the database of the run once more in this server."""
        self.postgres.create_database(kept["NAME"])
        binaries = find_binaries(self.postgres.data)
        source = ["--host", kept["HOST"], "--port", kept["PORT"], "--username", kept["USER"], kept["NAME"]]
        target = ["--host", str(self.postgres.run), "--port", str(places.DATABASE_PORT)]
        target += ["--username", places.DATABASE_USER, "--quiet", "--set", "ON_ERROR_STOP=1", kept["NAME"]]
        words = subprocess.run([binaries / "pg_dump", *source], check=True, capture_output=True)
        subprocess.run([binaries / "psql", *target], check=True, input=words.stdout, capture_output=True)


@pytest.fixture
def server(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A database to be killed; everybody who connects from now on reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="own-"))
    own = Server(folder)
    told = connection.settings_dict
    own.copy(told)
    connections.close_all()
    with monkeypatch.context() as changed:
        changed.setitem(told, "HOST", str(folder))
        changed.setitem(told, "PORT", str(places.DATABASE_PORT))
        changed.setitem(told, "USER", places.DATABASE_USER)
        yield own
        connections.close_all()
    own.drop_dead()
    own.log.close()
    shutil.rmtree(folder)


def test_a_database_that_dies_in_the_middle_of_a_rush_loses_and_invents_no_booking(
    server: Server, clinician: User, people: list[Patient], now: datetime, at: Callable[..., datetime]
) -> None:
    said: Said = []
    works = [trying(people, clinician, week(at), now, said, seed) for seed in range(AT_A_TIME)]
    connections.close_all()

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        running = [threads.submit(in_its_own_connection, work) for work in works]
        when_some_were_answered(said)
        server.drop_dead()
        before = len(said)
        server.start()
        assert {each.result(timeout=PATIENCE) for each in running} == {"done"}

    assert lost_of(said)
    assert {what for _, _, what in said[before:]} - {"lost"}, "after the restart people are answered again"
    assert Appointment.objects.filter(state="booked").exists()
    what_was_told_is_what_is_stored(said)


def in_its_own_connection(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connections.close_all()


def when_some_were_answered(said: Said) -> None:
    until = time.monotonic() + PATIENCE
    while len(said) < ATTEMPTS * 0.3:
        assert time.monotonic() < until
        time.sleep(0.01)
