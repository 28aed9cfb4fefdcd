"""The journal: one tap is one entry, theirs alone unless shared, removed for good, and nobody else's."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from clinic.audit.models import AuditEvent
from clinic.journal.models import Entry
from clinic.journal.views import SHOWN
from clinic.patients.models import Wish
from clinic.staff.timeline import happenings
from tests.clinic.intake.conftest import NOW
from tests.clinic.my.conftest import draft, fill, let_in, nudges, sent, submit, words

__all__ = ["draft", "fill", "let_in", "nudges", "sent", "submit"]
Sent = Callable[..., Any]


@pytest.fixture(autouse=True)
def then() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def tap(client: Any, feeling: str) -> str:
    """Opens a new entry and taps a word twice, as people do; where it leads."""
    key = re.search(r'name="key" value="([^"]+)"', client.get("/my/journal/new/").content.decode())
    assert key
    first, second = (client.post("/my/journal/new/", {"key": key[1], "feeling": feeling}).url for _ in range(2))
    assert first == second
    return first


def test_one_tap_is_one_entry_and_saved_at_once(sent: Sent) -> None:
    client, intake, _ = sent()

    tap(client, "4")

    assert [each.word for each in Entry.objects.filter(patient=intake.patient)] == ["Good"]


def test_who_goes_back_and_taps_another_word_meant_that_one(sent: Sent) -> None:
    client, intake, _ = sent()
    key = re.search(r'name="key" value="([^"]+)"', client.get("/my/journal/new/").content.decode())
    assert key

    first, second = (client.post("/my/journal/new/", {"key": key[1], "feeling": each}).url for each in ("2", "4"))

    assert first == second
    assert [each.word for each in Entry.objects.filter(patient=intake.patient)] == ["Good"]


def test_an_entry_is_not_shared_unless_they_say_so(sent: Sent) -> None:
    client, intake, _ = sent()
    where = tap(client, "2")

    client.post(where, {"note": "A quiet day"})
    alone, _ = happenings(intake.patient)
    client.post(where, {"note": "A quiet day", "is_shared": "on"})
    shared, _ = happenings(intake.patient)

    assert not any("A quiet day" in each.more for each in alone)
    assert any("A quiet day" in each.more for each in shared)


def test_the_lowest_word_shows_help_and_a_call_can_be_asked_for_each_time(sent: Sent) -> None:
    client, intake, _ = sent()

    for _ in range(2):
        where = tap(client, "1")
        assert "Call 988" in words(client.get(where))
        client.post(where, {"call": "yes"})

    assert Wish.objects.filter(patient=intake.patient, kind="call_today").count() == 2


def test_other_words_show_no_such_box(sent: Sent) -> None:
    client, _, _ = sent()

    assert "That sounds hard" not in words(client.get(tap(client, "3")))


def test_an_entry_is_removed_for_good(sent: Sent) -> None:
    client, _, _ = sent()
    where = tap(client, "3")

    client.post(f"{where}remove/")

    assert not Entry.objects.exists()


def test_the_entry_of_somebody_else_is_not_there(sent: Sent, let_in: Any) -> None:
    client, _, _ = sent()
    where = tap(client, "3")
    sent()

    assert client.get(where).status_code == 404
    assert client.post(where, {"note": "x"}).status_code == 404
    assert client.post(f"{where}remove/").status_code == 404
    assert AuditEvent.objects.filter(action="patients.refused").count() == 3
    assert Entry.objects.get().note == ""


def test_what_is_written_is_not_readable_in_the_database(sent: Sent) -> None:
    client, _, _ = sent()
    client.post(tap(client, "2"), {"note": "A quiet day"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM journal_entry e")
        assert "quiet" not in cursor.fetchone()[0]


def test_entries_that_do_not_fit_on_the_page_are_on_the_next(sent: Sent) -> None:
    client, intake, _ = sent()
    Entry.objects.bulk_create(
        Entry(
            patient=intake.patient, key=uuid.uuid4(), feeling=3, note=f"note {number}.", at=NOW - timedelta(number // 2)
        )
        for number in range(SHOWN + 20)
    )
    first = client.get("/my/journal/").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', first)
    assert older

    second = client.get(f"/my/journal/{older[1]}").content.decode()

    told = re.findall(r"note (\d+)\.", first + second)
    assert sorted(map(int, told)) == list(range(SHOWN + 20))
    assert "?before=" not in second


def test_an_entry_of_somebody_else_is_no_place_to_go_on_from(sent: Sent) -> None:
    other = sent()[1]
    theirs = Entry.objects.create(patient=other.patient, key=uuid.uuid4(), feeling=3, at=NOW - timedelta(9))
    client, _, _ = sent()
    tap(client, "4")

    for asked in (theirs.pk, uuid.uuid4(), "nonsense"):
        assert "Good" in words(client.get(f"/my/journal/?before={asked}"))
