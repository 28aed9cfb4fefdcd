"""The pages by which a patient says what changed: nothing filled in, nothing told silently, sent twice is once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from clinic.notifications.models import Message
from tests.clinic.intake.conftest import NOW

from .conftest import words

Sent = Callable[..., Any]


@pytest.fixture(autouse=True)
def then() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_nothing_is_filled_in_from_before(sent: Sent) -> None:
    client, _, _ = sent()

    page = client.get("/my/changes/").content.decode()
    main = page[page.index("<main") :]

    assert " checked" not in main
    assert not re.search(r'<input type="text"[^>]* value="', main)


def test_a_change_goes_to_a_clinician_and_the_outcome_is_not_told(sent: Sent) -> None:
    client, intake, _ = sent(sex_birth="female", pregnancy="no", breastfeeding="no", postpartum_psychosis="no")

    page = words(client.post("/my/changes/", {"pregnancy": "yes"}, follow=True))

    latest = intake.records.order_by("number").last()
    assert latest.outcome == "not_suitable_now"
    assert "A clinician is looking at your answers again" in page
    assert "not the safest choice" not in page


def test_not_safe_shows_help_at_once(sent: Sent) -> None:
    client, _, _ = sent()

    response = client.post("/my/changes/", {"safe_now": "no"})

    assert response.url == "/intake/help/"
    assert Message.objects.filter(template="urgent-page").exists()


def test_not_safe_shows_help_although_it_was_said_before(sent: Sent) -> None:
    client, _, _ = sent()
    client.post("/my/changes/", {"safe_now": "no"})

    with time_machine.travel(NOW.replace(minute=5), tick=False):
        response = client.post("/my/changes/", {"safe_now": "no"})

    assert response.url == "/intake/help/"
    assert Message.objects.filter(template="urgent-page").count() == 2


def test_a_reading_is_all_of_its_numbers(sent: Sent) -> None:
    client, intake, _ = sent()

    response = client.post("/my/changes/", {"bp_recent": "yes", "bp_sys": "150"})

    assert response.status_code == 422
    assert intake.records.count() == 1


def test_an_empty_page_is_asked_about(sent: Sent) -> None:
    client, _, _ = sent()

    assert "Answer what has changed" in words(client.post("/my/changes/", {}))


def test_a_medicine_sent_twice_is_added_once(sent: Sent) -> None:
    client, intake, _ = sent()
    page = client.get("/my/changes/medicine/").content.decode()
    line = re.search(r'name="line" value="([^"]+)"', page)
    assert line
    told = {"line": line[1], "name": "Lithium", "status": "taking"}

    for _ in range(2):
        client.post("/my/changes/medicine/", told)

    intake.refresh_from_db()
    assert [each["name"] for each in intake.medicines].count("Lithium") == 1
    assert intake.records.count() == 2


def test_a_change_that_comes_after_half_an_hour_is_kept_and_shows_nothing(sent: Sent) -> None:
    client, _, _ = sent()

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        response = client.post("/my/changes/", {"safe_now": "no"})
        after = client.get("/my/changes/")

    assert (response.url, after.url) == ("/help-now/", "/intake/idle/")
    assert Message.objects.filter(template="urgent-page").exists()


def test_who_has_the_phone_after_half_an_hour_does_not_read_what_was_heard(sent: Sent) -> None:
    client, intake, _ = sent(sex_birth="female", pregnancy="no", breastfeeding="no", postpartum_psychosis="no")

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        page = words(client.post("/my/changes/", {"pregnancy": "yes"}, follow=True))

    assert intake.records.count() == 2
    assert "For your privacy we closed this page" in page
    assert "A clinician looks at it" not in page


def test_what_could_not_be_kept_after_half_an_hour_is_not_called_saved(sent: Sent) -> None:
    client, intake, _ = sent()

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        page = words(client.post("/my/changes/", {"bp_sys": "a lot"}, follow=True))

    assert intake.records.count() == 1
    assert "We could not keep what you sent last. Please look at it again." in page
