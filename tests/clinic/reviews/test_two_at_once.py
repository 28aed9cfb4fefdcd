"""Two clinicians sign at the same moment, through two connections: one wins, the other is told by whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import actions
from clinic.reviews.models import Decision
from tests.clinic.reviews import records

ROUNDS = 8


def _sign(record: ScreeningRecord, by: User, start: Barrier) -> Decision | str:
    try:
        start.wait(timeout=10)
        return records.decide(record, by, "ready_to_book" if by.name == "Dr. Ama Osei" else "not_suitable_now")
    except actions.AlreadyDecided as refused:
        return refused.decision.decided_by.name
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_signature_wins_and_the_other_is_told_by_whom() -> None:
    both = (records.clinician(), records.clinician("Dr. Jon Lee"))
    for _ in range(ROUNDS):
        record, start = records.sealed(records.REVIEW), Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda by, record=record, start=start: _sign(record, by, start), both))

        winner = Decision.objects.get(record=record, revoked_at__isnull=True)
        assert sorted(type(each).__name__ for each in told) == ["Decision", "str"]
        assert winner in told
        assert winner.decided_by.name in told
