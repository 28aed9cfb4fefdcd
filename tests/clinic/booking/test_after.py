"""After booking: the plain sentence, the calendar file, cancelling, and the words of the messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import availability_actions
from clinic.booking.models import Appointment
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
CANCEL = "/my/appointment/cancel/"
CANCELLED = "/my/appointment/cancelled/"
CHOOSE = "/book/"


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(patient, clinician, at(3, 10, 20)))


def cancel(browser: Client, appointment: str, **told: str) -> tuple[int, str, str]:
    answer = browser.post(CANCEL, {"appointment": appointment, **told})
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


def test_done_says_in_one_sentence_what_is_booked(browser: Client, booked: Appointment) -> None:
    html = browser.get("/book/done/").content.decode()

    assert "You are booked for Thursday, December 3 at 10:20 am Pacific Time" in html
    assert "Dr. Ama Osei will call you on (555) 010-0199. The number may show as private." in html
    assert reverse("booking:cancel") in html
    assert reverse("booking:calendar") in html


ROOM = "https://video.example.test/room-7"


@pytest.mark.parametrize(
    ("before", "is_shown"),
    [
        (timedelta(minutes=30, seconds=1), False),
        (timedelta(minutes=30), True),
        (timedelta(minutes=-19), True),
    ],
)
@pytest.mark.parametrize("mode", ["video", "phone"])
def test_the_address_of_a_video_visit_is_shown_near_its_time_and_never_in_a_message(
    browser_for: Callable[[Patient], Client], patient: Patient, clinician: User, hold: Make, book: Make, at: At,
    frozen: time_machine.Traveller, before: timedelta, is_shown: bool, mode: str,
) -> None:  # fmt: skip
    availability_actions.meet_at(clinician=clinician, address=ROOM, by=actors.system("test"))
    visit = book(hold(patient, clinician, at(3, 10, 20), mode=mode))

    frozen.move_to(visit.start - before)
    html = browser_for(patient).get("/book/done/").content.decode()

    assert (ROOM in html) is (is_shown and mode == "video")
    assert ("The button to join appears here at 9:50 am that day" in html) is (mode == "video")
    for message in Message.objects.filter(patient=patient):
        words = words_for(message, by=actors.system("test"), now=visit.start)
        assert "video.example" not in words.text + words.html


def test_without_an_address_the_page_does_not_promise_a_button(
    browser: Client, patient: Patient, clinician: User, hold: Make, book: Make, at: At
) -> None:
    book(hold(patient, clinician, at(3, 10, 20), mode="video"))

    assert "The clinic sends you how to join before the visit." in browser.get("/book/done/").content.decode()


@pytest.mark.parametrize("address", ["/book/done/", CANCEL, CANCELLED])
def test_without_an_appointment_there_is_a_time_to_choose(browser: Client, clinician: User, address: str) -> None:
    assert browser.get(address).headers["Location"] == CHOOSE


def test_the_calendar_file_is_offered_as_a_file(browser: Client, booked: Appointment) -> None:
    answer = browser.get("/book/calendar.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert f"UID:{booked.pk}".encode() in answer.content


def test_without_an_appointment_there_is_no_calendar_file(browser: Client) -> None:
    assert browser.get("/book/calendar.ics").status_code == 404


def test_looking_at_the_cancel_page_cancels_nothing(browser: Client, booked: Appointment) -> None:
    html = browser.get(CANCEL).content.decode()

    booked.refresh_from_db()
    assert "Cancel it" in html
    assert "Keep it" in html
    assert "checked" not in html
    assert booked.state == "booked"


@pytest.mark.parametrize("reason", ["", "elsewhere"])
def test_cancelling_needs_no_reason(browser: Client, booked: Appointment, reason: str) -> None:
    status, target, _ = cancel(browser, str(booked.pk), reason=reason)

    booked.refresh_from_db()
    assert (status, target) == (302, CANCELLED)
    assert (booked.state, booked.cancel_reason) == ("cancelled", reason)
    assert "Choose another time" in browser.get(CANCELLED).content.decode()


def test_after_cancelling_the_calendar_file_takes_it_out(browser: Client, booked: Appointment) -> None:
    cancel(browser, str(booked.pk))

    assert b"METHOD:CANCEL" in browser.get("/book/calendar.ics").content


def test_cancelling_twice_is_cancelling_once(browser: Client, booked: Appointment) -> None:
    cancel(browser, str(booked.pk))
    status, target, _ = cancel(browser, str(booked.pk))

    booked.refresh_from_db()
    assert (status, target, booked.sequence) == (302, CANCELLED, 1)


def test_an_old_cancel_page_does_not_cancel_a_newer_appointment(
    browser: Client, booked: Appointment, patient: Patient, hold: Make, book: Make, at: At
) -> None:
    cancel(browser, str(booked.pk))
    newer = book(hold(patient, booked.clinician, at(4, 9)))

    cancel(browser, str(booked.pk))

    newer.refresh_from_db()
    assert newer.state == "booked"


def test_a_reason_that_is_not_on_the_list_is_refused(browser: Client, booked: Appointment) -> None:
    status, _, html = cancel(browser, str(booked.pk), reason="because")

    booked.refresh_from_db()
    assert status == 422
    assert "Choose one of the reasons why you cancel, or none" in html
    assert booked.state == "booked"


@pytest.mark.parametrize("whose", ["theirs", "nobody's", "nothing"])
def test_what_is_not_ones_own_appointment_is_not_found(
    browser: Client,
    booked: Appointment,
    make_patient: Callable[..., Patient],
    hold: Make,
    book: Make,
    at: At,
    whose: str,
) -> None:
    theirs = book(hold(make_patient(), booked.clinician, at(4, 9)))
    sent = {"theirs": str(theirs.pk), "nobody's": str(uuid.uuid4()), "nothing": "x"}[whose]

    status, _, _ = cancel(browser, sent)

    theirs.refresh_from_db()
    assert (status, theirs.state) == (404, "booked")
    assert AuditEvent.objects.filter(action="patients.refused", subject=f"appointment:{theirs.pk}").count() == (
        whose == "theirs"
    )


def test_late_cancelling_is_thanked_for(
    booked: Appointment, patient: Patient, browser_for: Callable[[Patient], Client], frozen: time_machine.Traveller
) -> None:
    frozen.move_to(booked.start - timedelta(hours=1))
    browser = browser_for(patient)

    assert "You can still cancel. Thank you for telling us." in browser.get(CANCEL).content.decode()
    assert cancel(browser, str(booked.pk))[:2] == (302, CANCELLED)


def test_what_has_started_is_not_cancelled_here(
    booked: Appointment, patient: Patient, browser_for: Callable[[Patient], Client], frozen: time_machine.Traveller
) -> None:
    frozen.move_to(booked.start)

    status, _, html = cancel(browser_for(patient), str(booked.pk))

    booked.refresh_from_db()
    assert status == 409
    assert "That appointment has already started." in html
    assert booked.state == "booked"


@pytest.mark.parametrize("template", ["appointment-booked", "appointment-cancelled"])
def test_messages_say_when_and_nothing_of_what_for(
    browser: Client, booked: Appointment, patient: Patient, now: datetime, template: str
) -> None:
    cancel(browser, str(booked.pk))

    words = words_for(Message.objects.get(template=template), by=actors.system("test"), now=now)

    assert "Thursday, December 3 at 10:20 am Pacific Time" in words.text
    assert words.subject in ("Your appointment is booked", "Your appointment is cancelled")
    assert not [w for w in ("ketamine", "osei", "clinic", "consultation", "depress") if w in words.text.lower()]
