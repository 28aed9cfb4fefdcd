"""R19: people in danger among others, under a random mix of faults: each flag is told to somebody, and staff see it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from clinic.intake.models import Intake
from clinic.notifications import delivery
from clinic.notifications.models import Message
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import BY, FULL, NOW, ROUNDS, sending, submit, sweep
from .dying import Fault, run
from .ledgers import wrong

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(5 if FULL else 1)
FORMS = 16
ONE_IN = 4
LAST_STEP_OF_SENDING = 9
LAST_STEP_OF_DELIVERING = 18
HOURS = 5


def a_bad_quarter_of_an_hour(fill: Callable[..., Intake], provider: Mailbox, chance: random.Random) -> set[str]:
    """Forms are sent while web processes, workers, the database and the provider fail by turns."""
    told = set()
    for number in range(FORMS):
        intake = fill("V027" if number % ONE_IN == 0 else "V000")
        now = NOW + timedelta(minutes=number)
        fault = chance.choice([Fault.KILLED, Fault.DISCONNECTED])
        child = run(sending(intake), fault=fault, at_step=chance.randint(1, 2 * LAST_STEP_OF_SENDING))
        if not child.told:
            submit(Intake.objects.get(pk=intake.pk))
        told.add(intake.reference)
        provider.says = chance.choice([{}, {"MAIL": "421 later"}, {"HELLO": None}, {"END": None, "KEEPS": "yes"}])
        step = chance.randint(1, 2 * LAST_STEP_OF_DELIVERING)
        run(lambda tell, at=now: delivery.deliver_due(now=at, by=BY, only_urgent=True), fault=fault, at_step=step)
    provider.says = {}
    return told


def after_the_faults() -> None:
    """The sweep of every quarter of an hour, until every try is over."""
    for quarters in range(4 * HOURS):
        sweep(NOW + timedelta(minutes=FORMS + 15 * quarters))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_flag_is_untold_or_unseen_after_a_mix_of_faults(
    seed: int, fill: Callable[..., Intake], provider: Mailbox
) -> None:
    chance, told = random.Random(seed), set()
    for _ in range(ROUNDS):
        told |= a_bad_quarter_of_an_hour(fill, provider, chance)
    after_the_faults()

    flags = Intake.objects.filter(safety_raised_at__isnull=False).count()
    assert flags == FORMS * ROUNDS // ONE_IN
    assert wrong(told=told, accepted=provider.accepted) == {}
    print(f"mix of faults, seed {seed}: {len(told)} forms, {flags} flags, 0 untold, 0 unseen")


def test_control_without_a_second_try_flags_stay_untold(
    fill: Callable[..., Intake], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "URGENT_TRIES", 1)

    a_bad_quarter_of_an_hour(fill, provider, random.Random(0))
    after_the_faults()

    assert wrong(told=[], accepted=provider.accepted)["flags nobody was told of"] >= 1


def test_control_a_flag_whose_page_is_gone_is_noticed(fill: Callable[..., Intake], provider: Mailbox) -> None:
    submit(fill("V027"))
    sweep(NOW)
    assert wrong(told=[], accepted=provider.accepted) == {}

    assert wrong(told=["LK-NOBODY2"], accepted=[])["told and not stored"] == 1
    Message.objects.filter(template="urgent-page").update(template="something-else")
    assert wrong(told=[], accepted=provider.accepted)["flags nobody was told of"] == 1
