"""Safety words in the journal: help at once on the same page, and somebody is told only when the entry is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from clinic.audit.actors import patient as actor_of
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.journal import actions
from clinic.journal.models import Entry
from clinic.notifications.models import Message
from clinic.reviews.models import Waiting
from clinic.reviews.signing import Contact
from clinic.reviews.standing import booking_standing
from tests.clinic.followups.conftest import BY
from tests.clinic.intake.conftest import NOW
from tests.clinic.journal.test_journal import tap
from tests.clinic.my.conftest import draft, fill, let_in, nudges, sent, submit, words
from tests.clinic.reviews.records import clinician, decide

__all__ = ["draft", "fill", "let_in", "nudges", "sent", "submit"]
Sent = Callable[..., Any]
WORDS = "Some nights I want to die"
SHARED = {"note": WORDS, "is_shared": "on"}


@pytest.fixture(autouse=True)
def then() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def pages() -> int:
    return Message.objects.filter(template="urgent-page", is_urgent=True, overdue_at__isnull=False).count()


def tasks() -> set[str]:
    """What is open for the staff once the sweep ran."""
    followups.plan(now=NOW, by=BY)
    followups.do_due(now=NOW, by=BY)
    return set(FollowUp.objects.filter(state="open").values_list("plan", flat=True))


def test_words_in_an_entry_of_their_own_show_help_at_once_and_tell_nobody(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")

    page = client.post(where, {"note": WORDS}, follow=True)

    assert page.request["PATH_INFO"] == where
    assert "Call 988" in words(page)
    assert "Nobody at the clinic sees it or is told of it" in words(page)
    assert "Ask the clinic to call me" in words(page)
    assert (pages(), Entry.objects.get().raised_at) == (0, None)
    assert not tasks() & {"C14", "F04"}


def test_the_call_that_is_asked_for_there_is_for_today_and_says_nothing_of_the_note(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    client.post(where, {"note": WORDS})

    page, again = (client.post(where, {"call": "yes"}, follow=True) for _ in range(2))

    assert "We have told a clinician that you would like a call." in words(page)
    assert "Ask the clinic to call me" not in words(again)
    assert "C15" in tasks()
    assert FollowUp.objects.get(plan="C15").priority == "P1"
    assert pages() == 0


def test_words_in_a_shared_entry_page_the_person_on_call_and_make_tasks(sent: Sent) -> None:
    client, intake, _ = sent()
    where = tap(client, "3")

    page = client.post(where, SHARED, follow=True)

    assert "we have told the person on call" in words(page)
    assert "Call 988" in words(page)
    assert pages() == 1
    intake.refresh_from_db()
    assert (intake.safety_raised_at, intake.safety_priority, intake.urgent_rules) == (NOW, "P1", ["R021"])
    assert {"F04", "C14"} <= tasks()
    assert Message.objects.get(template="urgent-page").about == {"reference": intake.reference, "priority": "P1"}


def test_booking_closes_until_a_clinician_has_signed_that_they_spoke_with_them(sent: Sent, then: Any) -> None:
    client, intake, record = sent()
    assert booking_standing(intake.patient, now=NOW).may_book
    then.shift(timedelta(minutes=5))

    client.post(tap(client, "3"), SHARED)

    waits = Waiting.objects.get(record__intake=intake)
    assert (waits.is_urgent, waits.record.number) == (True, record.number + 1)
    assert not booking_standing(intake.patient, now=timezone.now()).may_book
    then.shift(timedelta(minutes=20))
    osei = clinician()
    decide(waits.record, osei, now=timezone.now(), contact=Contact(timezone.now(), osei))
    assert booking_standing(intake.patient, now=timezone.now()).may_book


def test_sharing_it_later_tells_them_and_the_same_page_sent_twice_is_one(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    client.post(where, {"note": WORDS})
    assert pages() == 0

    for _ in range(2):
        client.post(where, SHARED)

    assert pages() == 1


def test_other_words_that_are_added_page_again(sent: Sent, then: Any) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    client.post(where, SHARED)
    then.shift(timedelta(minutes=5))

    client.post(where, {**SHARED, "note": f"{WORDS}. I have a plan to die"})

    assert pages() == 2


@pytest.mark.parametrize("change", [{"note": "All is well", "is_shared": "on"}, {"note": WORDS}, None])
def test_taking_the_words_back_takes_no_page_and_no_task_back(change: dict[str, str] | None, sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    client.post(where, SHARED)
    before = tasks()

    client.post(f"{where}remove/") if change is None else client.post(where, change)
    followups.withdraw(by=BY)

    assert tasks() == before >= {"F04", "C14"}
    assert pages() == 1


def test_an_entry_without_safety_words_tells_nobody_and_shows_no_help(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")

    client.post(where, {"note": "My back hurts", "is_shared": "on"})

    assert "That sounds hard" not in words(client.get(where))
    assert pages() == 0


def test_if_the_page_cannot_be_queued_the_entry_is_not_shared_either(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, intake, _ = sent()
    tap(client, "3")
    broken = lambda **_: (_ for _ in ()).throw(RuntimeError)  # noqa: E731
    monkeypatch.setattr("clinic.intake.urgency.page", broken)
    told = {"note": WORDS, "slept": "", "took_medicine": ""}

    with pytest.raises(RuntimeError):
        actions.add(entry=Entry.objects.get(), told=told, is_shared=True, by=actor_of(intake.patient_id), now=NOW)

    assert (Entry.objects.get().is_shared, Entry.objects.get().note) == (False, "")


@pytest.mark.django_db(transaction=True)
def test_two_sends_at_the_same_moment_page_once(sent: Sent) -> None:
    client, intake, _ = sent()
    tap(client, "3")
    entry, by = Entry.objects.get(), actor_of(intake.patient_id)
    told = {"note": WORDS, "slept": "", "took_medicine": ""}

    def send(second: int) -> None:
        actions.add(entry=entry, told=told, is_shared=True, by=by, now=NOW + timedelta(seconds=second))
        connection.close()

    both = [Thread(target=send, args=(second,)) for second in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=20)

    assert pages() == 1


@pytest.mark.parametrize(("told", "paged"), [("shared", 1), ("private", 0)])
def test_words_that_come_after_half_an_hour_are_kept_and_lead_to_help_that_says_nothing_of_them(
    told: str, paged: int, sent: Sent
) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    note = SHARED if told == "shared" else {name: value for name, value in SHARED.items() if name != "is_shared"}

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        response = client.post(where, note)
        after = client.get(where)

    assert (response.url, after.url) == ("/help-now/", "/intake/idle/")
    assert (Entry.objects.get().note, pages()) == (WORDS, paged)


def test_other_words_that_come_after_half_an_hour_lead_to_the_date_of_birth(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        response = client.post(where, SHARED | {"note": "I slept well."})

    assert response.url == "/intake/idle/"
    assert Entry.objects.get().note == "I slept well."
