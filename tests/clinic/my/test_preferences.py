"""What we send and what we keep, as the patient wants it: opting out, their clock, a copy, a request to erase."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment
from clinic.followups.actions import do_due, plan
from clinic.followups.models import FollowUp
from clinic.my.own_data import LABELS, OF_VISITS
from clinic.notifications.models import Message
from clinic.patients.models import Consent, Patient, Wish
from tests.clinic.intake.conftest import NOW

from .conftest import words

Sent = Callable[..., Any]
CHOSEN = {"asking": "no", "zone": "America/Chicago"}


@pytest.fixture(autouse=True)
def then() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_somebody_can_stop_the_questions_and_have_them_again(sent: Sent) -> None:
    client, intake, _ = sent()

    for asking in ("no", "no", "yes"):
        client.post("/my/preferences/", CHOSEN | {"asking": asking})

    said = Consent.objects.filter(patient=intake.patient, kind="messages").order_by("at", "given")
    assert sorted(said.values_list("given", flat=True)) == [False, True]


def test_a_no_takes_back_at_once_what_waits_for_the_morning(sent: Sent) -> None:
    client, intake, _ = sent()
    row = FollowUp.objects.create(
        plan="F39", protocol="2026-11", patient=intake.patient, cause=f"intake:{intake.pk}", row_id=intake.pk,
        counts_from=NOW, due_at=NOW, try_at=NOW, audience="patient", channel="secure link", state="done", done_at=NOW,
        done_by="t", stop_condition="opted out",
    )  # fmt: skip
    waiting = {"patient": intake.patient, "channel": "email", "due_at": NOW + timedelta(hours=9)}
    of_it = Message.objects.create(key=f"followup:{row.pk}", template="short-questions", **waiting)
    other = Message.objects.create(key="appointment:1", template="appointment-booked", **waiting)

    client.post("/my/preferences/", CHOSEN)

    of_it.refresh_from_db()
    other.refresh_from_db()
    assert (of_it.state, of_it.reason, other.state) == ("cancelled", "opted out", "due")


def test_nothing_is_chosen_for_somebody_who_never_said(sent: Sent) -> None:
    client, _, _ = sent()

    assert "checked" not in client.get("/my/preferences/").content.decode().partition("Which time zone")[0]


def test_their_clock_is_kept(sent: Sent) -> None:
    client, intake, _ = sent()

    client.post("/my/preferences/", CHOSEN)

    intake.patient.refresh_from_db()
    assert intake.patient.time_zone == "America/Chicago"


def test_a_clock_nobody_offered_is_refused(sent: Sent) -> None:
    client, _, _ = sent()

    assert client.post("/my/preferences/", CHOSEN | {"zone": "Mars/Base"}).status_code == 422


def test_the_copy_holds_what_they_told_us_and_nothing_of_somebody_else(sent: Sent) -> None:
    _, other, _ = sent(legal_name="Somebody Else")
    client, intake, _ = sent()

    response = client.get("/my/data/file/")

    told = json.loads(response.content)
    assert told["reference"] == intake.patient.reference
    assert len(told["forms"]) == 1
    assert set(told["forms"][0]["answers"][0]) == {"question", "answer"}
    assert "Somebody Else" not in response.content.decode()
    assert other.patient.reference not in response.content.decode()
    assert 'filename="my-data.json"' in response.headers["Content-Disposition"]
    assert AuditEvent.objects.filter(action="my.see", subject=f"copy:{intake.patient_id}").count() == 1


def test_asking_to_erase_is_one_task_for_a_person(sent: Sent) -> None:
    client, intake, _ = sent()

    for _ in range(2):
        page = words(client.post("/my/data/", {"erase": "yes"}, follow=True))
    plan(now=NOW, by=system("test"))
    do_due(now=NOW, by=system("test"))

    assert "You asked us on December 1, 2026" in page
    assert Wish.objects.filter(patient=intake.patient, kind="erase").count() == 1
    task = FollowUp.objects.get(plan="C10")
    assert (task.state, task.audience) == ("open", "coordinator")


def until(day: int, month: int = 12, year: int = 2026) -> dict[str, str]:
    return {"until_month": str(month), "until_day": str(day), "until_year": str(year)}


def test_a_pause_lasts_until_the_morning_of_their_day_and_is_shown(sent: Sent) -> None:
    client, intake, _ = sent()
    client.post("/my/preferences/", CHOSEN)

    page = words(client.post("/my/preferences/pause/", until(15), follow=True))

    intake.patient.refresh_from_db()
    assert intake.patient.paused_until.isoformat() == "2026-12-15T14:00:00+00:00"
    assert "wait until December 15, 2026" in page
    assert "paused until December 15, 2026" in words(client.get("/my/preferences/pause/"))


@pytest.mark.parametrize("day", [until(1), until(30, 11), until(2, 3, 2027), {}], ids=["today", "past", "far", "none"])
def test_a_pause_for_no_day_or_too_long_is_refused(day: dict[str, str], sent: Sent) -> None:
    client, intake, _ = sent()

    assert client.post("/my/preferences/pause/", day).status_code == 422

    intake.patient.refresh_from_db()
    assert intake.patient.paused_until is None


def test_a_pause_is_ended_with_one_button(sent: Sent) -> None:
    client, intake, _ = sent()
    client.post("/my/preferences/pause/", until(15))

    page = words(client.post("/my/preferences/pause/", {"resume": "yes"}, follow=True))

    intake.patient.refresh_from_db()
    assert intake.patient.paused_until is None
    assert "Pause messages" in page


def test_the_page_of_the_copy_says_what_the_file_says(sent: Sent) -> None:
    client, intake, _ = sent()
    told = json.loads(client.get("/my/data/file/").content)

    page = words(client.get("/my/data/read/"))

    for each in told["forms"][0]["answers"]:
        assert " ".join(each["question"].split()) in page
        assert " ".join(str(each["answer"]).split()) in page
    for each in told["agreed"]:
        assert " ".join(each["words"].split()) in page
    assert intake.patient.reference in page
    assert AuditEvent.objects.filter(action="my.see", subject=f"copy:{intake.patient_id}").count() == 2


def test_everything_that_is_kept_about_somebody_has_words_on_the_page() -> None:
    assert set(LABELS) == set(Patient.PERSONAL)
    assert set(OF_VISITS) == set(Appointment.State) - {"held", "offered", "released"}
