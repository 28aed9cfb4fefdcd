"""The database of a rush for the times of a week dies in the middle and comes back: nobody was told what is not so."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections

from clinic.accounts.models import User
from clinic.booking.models import Appointment
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
from tests.own_database import Server, reached

__all__ = ["people"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    """A database to be killed; everybody who connects from now on reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="own-"))
    own = Server(folder)
    own.copy()
    with reached(own):
        yield own
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
