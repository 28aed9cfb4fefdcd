"""Two clinicians sign at the same moment, through two connections: one wins, the other is told by whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message
from clinic.reviews import actions
from clinic.reviews.models import Decision, FirstSignature
from clinic.reviews.second_actions import NotWaitedFor, take_back
from tests.at_once import at_once
from tests.clinic.reviews import records
from tests.clinic.reviews.two_signatures import LATER, agree, decline

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


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_second_one_is_second_and_one_message_leaves() -> None:
    osei, lee, weiss = (records.clinician(f"Dr. {name}") for name in ("Ama Osei", "Jon Lee", "Hana Weiss"))
    for turn in range(1, ROUNDS + 1):
        first = records.decide(records.sealed(records.REVIEW), osei, wants_second=True)

        got = at_once(lambda first=first: agree(first, lee), lambda first=first: agree(first, weiss))

        assert {type(each) for each in got} == {Decision, NotWaitedFor}
        assert Message.objects.filter(template="decided-ready").count() == turn


@pytest.mark.django_db(transaction=True)
def test_agreeing_and_every_other_end_at_once_come_one_after_the_other() -> None:
    osei, lee, weiss = (records.clinician(f"Dr. {name}") for name in ("Ama Osei", "Jon Lee", "Hana Weiss"))
    others = (
        lambda first: take_back(first=first, by=osei.actor, now=LATER),
        lambda first: decline(first, weiss),
        lambda first: records.sealed_again(first.record, at=LATER),
    )
    for turn in range(ROUNDS):
        first = records.decide(records.sealed(records.REVIEW), osei, wants_second=True)
        other = others[turn % len(others)]

        at_once(lambda first=first: agree(first, lee), lambda first=first, other=other: other(first))

        ended = FirstSignature.objects.get(pk=first.pk).state
        assert ended in {"agreed", "withdrawn", "declined", "stale"}
        assert Decision.objects.filter(record=first.record).exists() == (ended == "agreed")
