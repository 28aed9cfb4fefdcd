"""A bare 1 or 2 answers the reminder that was texted last, once, and about that time only; all else is for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import actions, calendar
from clinic.booking.answered import answered
from clinic.booking.models import Appointment
from clinic.notifications.models import Message, TextReply
from clinic.patients.actions import describe
from clinic.patients.models import Patient
from tests.clinic.notifications.test_text_replies import NUMBER, SITE, TOKEN, write

pytestmark = pytest.mark.django_db
THANKS, CHANGE = b"thank you, we have your answer", b"Use the link in our text, or call"
Make = Callable[..., Any]


@pytest.fixture
def clock(settings: Any, at: Callable[..., datetime]) -> Iterator[time_machine.Traveller]:
    """The day before the visit, 10 in the morning; the provider leaves even STOP to us."""
    settings.SMS_TOKEN, settings.SITE_URL, settings.SMS_REPLIES = TOKEN, SITE, False
    with time_machine.travel(at(1, 10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def visit(
    clock: object, clinician: User, make_patient: Make, hold: Make, book: Make, at: Callable[..., datetime]
) -> Appointment:
    """Maya's, on Wednesday at 9, of which she was reminded by text an hour ago."""
    patient = make_patient()
    describe(patient=patient, told={"phone": "(555) 010-0199"}, by=actors.system("test"))
    booked: Appointment = book(hold(patient, clinician, at(2, 9)))
    remind(booked, at(1, 9))
    return booked


def remind(visit: Appointment, when: datetime, template: str = "reminder-1-day") -> Message:
    about = {"appointment": str(visit.pk), "sequence": str(visit.sequence), "when": "Wednesday"}
    sent = {"channel": "sms", "state": "sent", "sent_at": when, "created_at": when}
    return Message.objects.create(
        key=f"{visit.pk}{when}", patient=visit.patient, template=template, about=about, **sent
    )


def on_the_calendar(visit: Appointment, now: datetime) -> list[tuple[str, str]]:
    found = calendar.day(visit.start.date(), zone="America/Los_Angeles", now=now)
    return [(entry.code, entry.answer) for entry in found]


def test_a_1_confirms_the_appointment_and_the_desk_sees_it(visit: Appointment, now: datetime) -> None:
    answer = write(" 1. ")

    reply = TextReply.objects.get()
    assert (answer.status_code, THANKS in answer.content, reply.needs_reading) == (200, True, False)
    assert answered([visit]) == {visit.pk: "CONFIRM"}
    assert on_the_calendar(visit, now) == [("confirmed", "CONFIRM")]
    line = AuditEvent.objects.get(action="notifications.hear_text")
    assert (line.actor, line.detail["word"]) == (f"patient:{visit.patient_id}", "CONFIRM")


def test_a_2_keeps_the_time_and_says_how_to_change_it(visit: Appointment, now: datetime) -> None:
    answer = write("2").content

    visit.refresh_from_db()
    assert (CHANGE in answer, b"Maya" in answer, b"9:00" in answer) == (True, False, False)
    assert (visit.state, on_the_calendar(visit, now)) == ("booked", [("booked", "CHANGE")])


def test_the_same_text_twice_is_one_answer(visit: Appointment) -> None:
    answers = [THANKS in write("1").content for _ in range(2)]

    assert (answers, TextReply.objects.count()) == ([True, False], 1)


def test_the_last_answer_counts(visit: Appointment, clock: time_machine.Traveller) -> None:
    for sid, text in (("SM1", "2"), ("SM2", "1")):
        clock.shift(60)
        write(text, sid=sid)

    assert answered([visit]) == {visit.pk: "CONFIRM"}


@pytest.mark.parametrize("text", ["1", "2"])
def test_a_number_nobody_has_is_told_nothing(visit: Appointment, text: str) -> None:
    answer = write(text, number="+15550100111")

    assert (answer.status_code, b"<Message>" in answer.content, TextReply.objects.count()) == (200, False, 0)


@pytest.mark.parametrize(
    "why", ["never reminded", "by e-mail", "long ago", "cancelled since", "moved since", "no digit"]
)
def test_an_answer_to_nothing_is_told_nothing_and_read_by_a_person(
    visit: Appointment,
    clock: time_machine.Traveller,
    why: str,
    hold: Make,
    at: Callable[..., datetime],
    clinician: User,
) -> None:
    by, reminders = actors.patient(visit.patient_id), Message.objects.filter(template="reminder-1-day")
    if why == "never reminded":
        reminders.delete()
    elif why == "by e-mail":
        reminders.update(channel="email")
    elif why == "long ago":
        clock.shift(timedelta(hours=23))
    elif why == "cancelled since":
        actions.cancel(appointment=visit, reason="", by=by, now=at(1, 9, 30))
    elif why == "moved since":
        to = hold(visit.patient, clinician, at(3, 9), moves=visit, now=at(1, 9, 30))
        actions.move(to=to, phone="1", reminders="text", needs=[], by=by, now=at(1, 9, 30))

    answer = write("1 please" if why == "no digit" else "1")

    assert b"<Message>" not in answer.content
    assert list(TextReply.objects.values_list("word", "needs_reading")) == [("", True)]


def test_a_confirmed_time_that_is_moved_is_not_confirmed_any_more(
    visit: Appointment, hold: Make, at: Callable[..., datetime], clinician: User
) -> None:
    write("1")
    by = actors.patient(visit.patient_id)
    to = hold(visit.patient, clinician, at(3, 9), moves=visit, now=at(1, 10))
    moved = actions.move(to=to, phone="1", reminders="text", needs=[], by=by, now=at(1, 10))

    assert answered([moved]) == {}


def test_a_number_of_two_people_answers_for_the_one_who_was_reminded(
    visit: Appointment, clinician: User, make_patient: Make, hold: Make, book: Make, at: Callable[..., datetime]
) -> None:
    other: Patient = make_patient()
    describe(patient=other, told={"phone": NUMBER}, by=actors.system("test"))
    write("1", sid="SM1")
    assert TextReply.objects.get().patient == visit.patient

    remind(book(hold(other, clinician, at(2, 10))), at(1, 9))
    answer = write("1", sid="SM2")

    assert b"<Message>" not in answer.content
    assert TextReply.objects.filter(key="sms:SM2", word="", needs_reading=True).count() == 2
