"""Bad input on the way to an appointment: each is refused in one sentence, and nothing is changed by it."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking.models import Appointment, WaitingPlace
from clinic.notifications.models import Message
from clinic.patients.actions import come_back, describe, issue_link
from clinic.patients.models import Patient, PatientLink

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
CHOOSE, CHECK, MOVE, CANCEL = "/book/", "/book/check/", "/my/appointment/move/", "/my/appointment/cancel/"
DETAILS = {"phone": "(555) 010-0199", "reminders": "email"}
BORN = "1990-05-17"
REFUSED = 422


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No appointment, no place in line and no message is made, changed or taken away meanwhile."""

    def rows() -> list[list[dict[str, Any]]]:
        return [list(model.objects.order_by("pk").values()) for model in (Appointment, WaitingPlace, Message)]

    before = rows()
    yield
    assert rows() == before


def sentence_of(answer: HttpResponse) -> str:
    """What the page says went wrong, without its heading."""
    found = re.search(r'id="error-summary".*?</h2>(.*?)</div>', answer.content.decode(), re.DOTALL)
    assert found, answer.content.decode()
    return re.sub(r"\s+", " ", markup.unescape(re.sub(r"<[^>]+>", " ", found[1]))).strip()


@pytest.mark.parametrize(
    ("slot", "sentence"),
    [
        ("2026-11-27T17:00:00+00:00", "That time has passed."),
        ("2026-12-02T19:00:00+00:00", "We do not offer that time."),
        ("2026-12-02T09:20:00-05:00", "We do not offer that time."),
        ("2026-12-02T09:20:00", "Choose one of these times"),
    ],
    ids=["past", "outside the hours", "by the clock of another zone", "by no clock"],
)
@pytest.mark.parametrize("page", [CHOOSE, MOVE])
def test_a_time_that_is_none_of_theirs(
    browser: Client,
    patient: Patient,
    clinician: User,
    hold: Make,
    book: Make,
    at: At,
    page: str,
    slot: str,
    sentence: str,
) -> None:
    if page == MOVE:
        book(hold(patient, clinician, at(3, 9)))

    with nothing_changes():
        answer = browser.post(page, {"mode": "phone", "zone": "America/Los_Angeles", "slot": slot})

    assert (answer.status_code, sentence_of(answer)) == (REFUSED, sentence)


@pytest.mark.parametrize("page", [CHECK, MOVE + "check/", CANCEL], ids=["book", "move", "cancel"])
def test_what_belongs_to_another_patient(
    browser: Client,
    patient: Patient,
    clinician: User,
    make_patient: Callable[..., Patient],
    hold: Make,
    book: Make,
    at: At,
    page: str,
) -> None:
    other = make_patient()
    theirs = hold(other, clinician, at(2, 9))
    if page != CHECK:
        theirs, mine = book(theirs), book(hold(patient, clinician, at(3, 9)))
        theirs = hold(other, clinician, at(2, 10), moves=theirs) if page != CANCEL else theirs
        assert mine.state == "booked"

    with nothing_changes():
        answer = browser.post(page, {"appointment": str(theirs.pk), **DETAILS})

    if page == CANCEL:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, sentence_of(answer)) == (
            REFUSED,
            "That time is not kept for you any more. Choose a time.",
        )


def test_a_spent_link_neither_books_nor_moves_nor_cancels(
    client: Client, patient: Patient, clinician: User, hold: Make, book: Make, at: At, now: datetime, frozen: object
) -> None:
    by, purpose = actors.VISITOR, PatientLink.Purpose.STATUS
    describe(patient=patient, told={"born_on": BORN, "email": "maya@example.test"}, by=by)
    booked = book(hold(patient, clinician, at(3, 9)))
    token = issue_link(patient=patient, purpose=purpose, by=by, now=now)
    link = reverse("intake:status_link", args=[token])
    born = {"born_on_month": "5", "born_on_day": "17", "born_on_year": "1990"}
    with nothing_changes():
        come_back(token=token, purpose=purpose, born_on=date.fromisoformat(BORN), by=by, now=now)
        answer = client.post(link, born)
        tried = [
            client.post(CHOOSE, {"mode": "phone", "slot": at(2, 9).isoformat()}),
            client.post(MOVE, {"mode": "phone", "slot": at(4, 9).isoformat()}),
            client.post(CANCEL, {"appointment": str(booked.pk)}),
        ]

    assert "is_refused" in (answer.context or {})
    assert [each.headers["Location"] for each in tried] == [reverse("intake:resume")] * 3


@pytest.mark.parametrize("verb", ["choose", "book", "move", "cancel"])
def test_what_is_posted_twice_is_done_once(
    browser: Client, patient: Patient, clinician: User, hold: Make, book: Make, at: At, verb: str
) -> None:
    if verb == "choose":
        page, told = CHOOSE, {"mode": "phone", "zone": "America/Los_Angeles", "slot": at(2, 9).isoformat()}
    elif verb == "book":
        page, told = CHECK, {"appointment": str(hold(patient, clinician, at(2, 9)).pk), **DETAILS}
    else:
        mine = book(hold(patient, clinician, at(3, 9)))
        to = hold(patient, clinician, at(4, 9), moves=mine) if verb == "move" else mine
        page, told = (CANCEL if verb == "cancel" else MOVE + "check/"), {"appointment": str(to.pk), **DETAILS}

    first = browser.post(page, told)
    states = sorted(patient.appointments.exclude(state="released").values_list("state", "during"))
    messages = patient.messages.count()
    second = browser.post(page, told)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert sorted(patient.appointments.exclude(state="released").values_list("state", "during")) == states
    assert patient.messages.count() == messages
