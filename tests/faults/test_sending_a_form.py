"""R1, R8, R11: web processes that die, a database that goes away, forms sent twice: nothing acknowledged is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from clinic.intake import actions
from clinic.intake.models import Intake
from tests.at_once import at_once
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, NOW, ROUNDS, sending, submit, sweep
from .dying import MOST_STEPS, Fault, run
from .ledgers import wrong

pytestmark = pytest.mark.django_db(transaction=True)
CASES = ("V000", "V027")
"""Somebody who is ready, and somebody in danger, whose form also pages."""
CLICKS = 4


def send_with_a_fault_at_every_step(
    fill: Callable[..., Intake], case: str, fault: Fault, work: Any = sending, *, retry: bool = True
) -> tuple[set[str], int]:
    """Send a form for each step there is; whoever was told nothing sends it again, as a browser with a key may.

    Returns:
        The references of those who were told, and how many faults there were.
    """
    told: set[str] = set()
    for step in range(1, MOST_STEPS):
        intake = fill(case)
        child = run(work(intake), fault=fault, at_step=step)
        if child.told or retry:
            told.add(intake.reference)
        if not child.told and retry:
            submit(Intake.objects.get(pk=intake.pk))
        if not child.reached:
            return told, step - 1
    raise AssertionError("there are more steps than were tried")


@pytest.mark.parametrize("fault", [Fault.KILLED, Fault.DISCONNECTED])
@pytest.mark.parametrize("case", CASES)
def test_a_fault_at_any_step_of_sending_loses_and_doubles_nothing(
    case: str, fault: Fault, fill: Callable[..., Intake], provider: Mailbox
) -> None:
    told: set[str] = set()
    for _ in range(ROUNDS):
        references, faults = send_with_a_fault_at_every_step(fill, case, fault)
        told |= references
        assert faults >= 4

    sweep(NOW)

    assert wrong(told=told, accepted=provider.accepted) == {}
    assert Intake.objects.filter(state="submitted").count() == len(told)
    print(f"{fault.value} while sending {case}: {ROUNDS * faults} faults, {len(told)} told, 0 lost")


def test_control_telling_before_the_commit_loses(fill: Callable[..., Intake], provider: Mailbox) -> None:
    def too_early(intake: Intake) -> Any:
        def work(tell: Callable[[], None]) -> None:
            with transaction.atomic():
                submit(intake)
                tell()

        return work

    told, _ = send_with_a_fault_at_every_step(fill, "V000", Fault.KILLED, too_early, retry=False)
    sweep(NOW)

    assert wrong(told=told, accepted=provider.accepted)["told and not stored"] >= 1


def test_control_paging_after_the_commit_leaves_a_flag_untold(
    fill: Callable[..., Intake], provider: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = actions.urgency.page_on_call
    monkeypatch.setattr(actions.urgency, "page_on_call", lambda **told: transaction.on_commit(lambda: page(**told)))

    told, _ = send_with_a_fault_at_every_step(fill, "V027", Fault.KILLED)
    sweep(NOW)

    assert wrong(told=told, accepted=provider.accepted)["flags nobody was told of"] >= 1


def click(intake: Intake, clicks: int) -> list[object]:
    """Send the same form in several threads that start together; what each was answered."""
    return at_once(*[lambda: submit(Intake.objects.get(pk=intake.pk)).pk] * clicks)


def test_a_form_that_is_clicked_many_times_is_sent_once_and_each_click_gets_the_same_answer(
    fill: Callable[..., Intake], provider: Mailbox
) -> None:
    forms = [fill(CASES[number % 2]) for number in range(5 * ROUNDS)]

    answers = [click(each, CLICKS) for each in forms]
    sweep(NOW + AFTER_ANY_CLAIM)

    assert [len(set(each)) for each in answers] == [1] * len(forms)
    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}


def test_control_without_the_lock_a_second_click_gets_an_error(
    fill: Callable[..., Intake], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(CLICKS)

    def unlocked(intake: Intake) -> Intake:
        found = Intake.objects.get(pk=intake.pk)
        together.wait(timeout=10)
        return found

    monkeypatch.setattr(actions, "_locked", unlocked)

    assert len(set(click(fill(), CLICKS))) > 1
