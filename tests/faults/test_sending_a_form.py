"""R1, R8, R11: web processes that die, a database that goes away, forms sent twice: nothing acknowledged is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import transaction

from clinic.audit import together
from clinic.audit.models import AuditEvent
from clinic.intake import actions
from clinic.intake.models import Intake, Intakes
from tests.at_once import at_once
from tests.clinic.intake import conftest as made
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, NOW, ROUNDS, often, sending, submit, sweep
from .dying import MOST_STEPS, Fault, run
from .ledgers import wrong

pytestmark = pytest.mark.django_db(transaction=True)
CASES = CALM_CASE, URGENT_CASE = ("V000", "V027")
"""Somebody who is ready, and somebody in danger, whose form also pages and for that is locked."""
CLICKS = 4
FORMS_CLICKED = often(5, 300)
URGENT, CALM = {"phq9": "2"}, {"phq1": "3"}
"""An answer to item 9 that pages somebody, for which the form is locked, and one to item 1 that pages nobody."""


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
@pytest.mark.parametrize(("case", "steps"), [(CALM_CASE, 2), (URGENT_CASE, 4)])
def test_a_fault_at_any_step_of_sending_loses_and_doubles_nothing(
    case: str, steps: int, fault: Fault, fill: Callable[..., Intake], provider: Mailbox
) -> None:
    told: set[str] = set()
    for _ in range(ROUNDS):
        references, faults = send_with_a_fault_at_every_step(fill, case, fault)
        told |= references
        assert faults >= steps

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


def saving(intake: Intake, told: dict[str, str], *, too_early: bool = False) -> Any:
    """The work of a web process that is sent one page."""

    def save() -> None:
        page = made.page_of(*told)
        actions.save_page(intake=intake, page=page, answers=told, by=made.by_of(intake), now=NOW)

    def work(tell: Callable[[], None]) -> None:
        with transaction.atomic() if too_early else nullcontext():
            save()
            if too_early:
                tell()
        tell()

    return work


def save_with_a_kill_at_every_step(fill: Callable[..., Intake], told: dict[str, str], **how: bool) -> Counter[str]:
    """Save a page for each step there is; whoever was told nothing sends it again."""
    seen: Counter[str] = Counter()
    for step in range(1, MOST_STEPS):
        intake = fill()
        child = run(saving(intake, told, **how), at_step=step)
        stored = told.items() <= Intake.objects.get(pk=intake.pk).answers.items()
        lines = AuditEvent.objects.filter(action="intake.save_page", subject=f"intake:{intake.pk}").count()
        seen.update({"told and not saved": child.told and not stored, "saved in part": lines != stored})
        if not child.told:
            saving(Intake.objects.get(pk=intake.pk), told)(lambda: None)
        seen["not saved in the end"] += not told.items() <= Intake.objects.get(pk=intake.pk).answers.items()
        if not child.reached:
            seen["kills"] = step - 1
            return seen
    raise AssertionError("there are more steps than were tried")


@pytest.mark.parametrize(("told", "steps"), [(URGENT, 4), (CALM, 2)], ids=["urgent", "calm"])
def test_a_web_process_that_is_killed_while_it_saves_a_page_loses_and_halves_nothing(
    fill: Callable[..., Intake], provider: Mailbox, told: dict[str, str], steps: int
) -> None:
    seen = sum((save_with_a_kill_at_every_step(fill, told) for _ in range(ROUNDS)), Counter())
    sweep(NOW)

    kills = seen.pop("kills")
    assert kills >= steps * ROUNDS
    assert +seen == {}
    assert wrong(told=[], accepted=provider.accepted) == {}
    print(f"kill -9 while saving a page: {kills} kills, 0 lost, 0 in part")


def test_control_telling_that_a_page_is_saved_before_the_commit_loses(fill: Callable[..., Intake]) -> None:
    assert save_with_a_kill_at_every_step(fill, URGENT, too_early=True)["told and not saved"] >= 1


def click(intake: Intake, clicks: int) -> list[object]:
    """Send the same form in several threads that start together; what each was answered."""
    return at_once(*[lambda: submit(Intake.objects.get(pk=intake.pk)).pk] * clicks)


def test_a_form_that_is_clicked_many_times_is_sent_once_and_each_click_gets_the_same_answer(
    fill: Callable[..., Intake], provider: Mailbox
) -> None:
    forms = [fill(CASES[number % 2]) for number in range(FORMS_CLICKED)]

    answers = [click(each, CLICKS) for each in forms]
    sweep(NOW + AFTER_ANY_CLAIM)

    assert [len(set(each)) for each in answers] == [1] * len(forms)
    assert wrong(told={each.reference for each in forms}, accepted=provider.accepted) == {}
    print(f"{len(forms)} forms clicked {CLICKS} times at once: each there once, 0 lost")


def test_control_without_the_lock_a_second_click_gets_an_error(
    fill: Callable[..., Intake], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_read = threading.Barrier(CLICKS)

    def unlocked(_: object, intake: Intake) -> Intake:
        found = Intake.objects.get(pk=intake.pk)
        all_read.wait(timeout=10)
        return found

    monkeypatch.setattr(Intakes, "locked", unlocked)

    assert len(set(click(fill(URGENT_CASE), CLICKS))) > 1


def test_control_without_the_version_a_second_click_gets_an_error(
    fill: Callable[..., Intake], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(fill(CALM_CASE))
    all_read, write = threading.Barrier(CLICKS), together.write_if_still

    def whatever_stands(*rows: Any, still: object, **told: Any) -> bool:
        all_read.wait(timeout=10)
        return write(*rows, still={}, **told)

    monkeypatch.setattr(together, "write_if_still", whatever_stands)

    assert len(set(click(fill(CALM_CASE), CLICKS))) > 1
