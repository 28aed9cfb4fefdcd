"""Asking to have one's data erased: a week to cancel, then the journal goes once, and nothing else does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from clinic.audit.actors import patient as patient_actor
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.followups.actions import do_due, plan, withdraw
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake
from clinic.journal import actions as journal
from clinic.journal.models import Entry
from clinic.patients.actions import has_agreed
from clinic.patients.models import Patient, Wish
from tests.clinic.intake.conftest import NOW

from .conftest import words

WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
Sent = Callable[..., Any]


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as then:
        yield then


@pytest.fixture
def asked(sent: Sent) -> Any:
    """Somebody with two journal entries, who has just asked us to erase their data, and their browser."""
    client, intake, _ = sent()
    wrote(intake.patient, 2)
    return client, client.post("/my/data/", {"erase": "yes"}, follow=True), intake.patient


def wrote(patient: Patient, count: int) -> None:
    for _ in range(count):
        journal.write(patient=patient, key=uuid4(), feeling=3, by=patient_actor(patient.pk), now=NOW)


def comes_back(client: Client, patient: Patient) -> Client:
    """The same browser days later, let in again."""
    client.cookies.clear()
    state = client.session
    state["patient"], state["patient_seen"] = str(patient.pk), int(time.time())
    state.save()
    return client


def sweep(now: Any) -> None:
    """What the beat does every minute."""
    plan(now=now, by=system("test"))
    withdraw(by=system("test"))
    do_due(now=now, by=system("test"))


def test_the_page_says_what_goes_when_and_until_when_it_can_be_cancelled(asked: Any) -> None:
    page = words(asked[1])

    assert "You asked us on December 1, 2026. Your reference is" in page
    assert "We erase on December 8, 2026 at 12:00 pm. Until then you can cancel." in page
    assert "Your journal Erased after 7 days" in page
    assert "Your forms, your answers and your visits Kept for 7 years." in page


def test_nothing_is_erased_before_the_week_is_over(asked: Any) -> None:
    sweep(NOW + WEEK - MINUTE)

    assert Entry.objects.count() == 2


def test_after_a_week_the_journal_is_gone_once_and_the_record_stays(asked: Any) -> None:
    _, _, patient = asked
    other = Patient.objects.create()
    wrote(other, 1)

    for minutes in range(3):
        sweep(NOW + WEEK + minutes * MINUTE)

    assert list(Entry.objects.values_list("patient", flat=True)) == [other.pk]
    assert Intake.objects.filter(patient=patient).exists()
    assert not has_agreed(patient, "messages")
    line = AuditEvent.objects.get(action="journal.remove_all")
    assert (line.patient, line.detail) == (str(patient.pk), {"count": 2})
    assert FollowUp.objects.get(plan="C18").state == "done"


def test_who_cancels_within_the_week_keeps_everything_and_the_task_ends(asked: Any, clock: Any) -> None:
    client, _, patient = asked
    sweep(NOW)
    clock.move_to(NOW + WEEK - MINUTE)
    comes_back(client, patient)

    page = words(client.post("/my/data/", {"cancel": "yes"}, follow=True))
    sweep(NOW + WEEK + MINUTE)

    assert "We erase nothing." in page
    assert Entry.objects.count() == 2
    rows = FollowUp.objects.filter(plan__in=["C10", "C18"])
    assert {(row.state, row.reason) for row in rows} == {("cancelled", "they took it back")}


def test_after_the_week_it_is_too_late_and_says_so(asked: Any, clock: Any) -> None:
    client, _, patient = asked
    clock.move_to(NOW + WEEK)
    comes_back(client, patient)

    page = words(client.post("/my/data/", {"cancel": "yes"}, follow=True))

    assert "It is too late to cancel. Call us." in page
    assert Wish.objects.get().taken_back_at is None


def test_who_cancelled_can_ask_again_and_the_week_begins_anew(asked: Any, clock: Any) -> None:
    client, _, _ = asked
    client.post("/my/data/", {"cancel": "yes"})
    clock.move_to(NOW + MINUTE)
    client.post("/my/data/", {"erase": "yes"})

    sweep(NOW + WEEK)
    assert Entry.objects.count() == 2
    sweep(NOW + WEEK + MINUTE)

    assert Entry.objects.count() == 0


def test_the_task_of_the_person_is_due_when_the_week_is_over(asked: Any) -> None:
    sweep(NOW)

    task = FollowUp.objects.get(plan="C10")
    assert (task.state, task.audience, task.due_at) == ("open", "coordinator", NOW + WEEK)


def test_who_wrote_again_after_their_journal_was_erased_can_ask_again(asked: Any, clock: Any) -> None:
    client, _, patient = asked
    sweep(NOW + WEEK)
    wrote(patient, 1)
    clock.move_to(NOW + WEEK + MINUTE)
    page = words(comes_back(client, patient).get("/my/data/"))

    for _ in range(2):
        client.post("/my/data/", {"erase": "yes"})

    assert "Ask again to erase my data" in page
    assert Wish.objects.filter(kind=Wish.Kind.ERASE).count() == 2
    sweep(NOW + 2 * WEEK)
    assert Entry.objects.count() == 1
    sweep(NOW + 2 * WEEK + MINUTE)
    assert Entry.objects.count() == 0
    assert FollowUp.objects.filter(plan="C10").count() == 2
