"""The pages to move an appointment: the same as to choose one, with the time they have in sight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
MOVE, CHECK = "/my/appointment/move/", "/my/appointment/move/check/"
DETAILS = {"phone": "(555) 010-0199", "reminders": "email"}


@pytest.fixture
def booked(clinician: User, patient: Patient, hold: Make, book: Make, at: At) -> Appointment:
    return book(hold(patient, clinician, at(3, 9)))


def choose(browser: Client, start: datetime) -> tuple[int, str]:
    answer = browser.post(MOVE, {"slot": start.isoformat(), "mode": "phone"})
    return answer.status_code, answer.get("Location", answer.content.decode())


def confirm(browser: Client, **told: str) -> tuple[int, str]:
    latest = Appointment.objects.filter(moves__isnull=False).latest("created_at")
    answer = browser.post(CHECK, {"appointment": str(latest.pk), **DETAILS, **told})
    return answer.status_code, answer.get("Location", answer.content.decode())


def test_the_time_they_have_stands_above_the_times_to_choose(browser: Client, booked: Appointment) -> None:
    html = browser.get(MOVE).content.decode()

    assert "Your time now is <b>Thursday, December 3 at 9:00 am Pacific Time</b>" in html
    assert "Thursday, December 3, morning, 9:00 am" not in html
    assert f"{MOVE}#" not in html


def test_an_appointment_is_moved_in_three_taps(browser: Client, booked: Appointment, at: At) -> None:
    assert choose(browser, at(4, 9)) == (302, CHECK)
    html = browser.get(CHECK).content.decode()
    assert "Move to this time" in html
    assert "Thursday, December 3 at 9:00 am" in html
    assert "Friday, December 4 at 9:00 am" in html
    assert confirm(browser) == (302, "/book/done/")

    booked.refresh_from_db()
    assert booked.start == at(4, 9)
    assert "You are booked for Friday, December 4 at 9:00 am" in browser.get("/book/done/").content.decode()
    assert browser.get("/book/calendar.ics").content.count(b"SEQUENCE:1") == 1


def test_looking_changes_nothing(browser: Client, booked: Appointment, at: At) -> None:
    choose(browser, at(4, 9))
    browser.get(MOVE)
    browser.get(CHECK)

    booked.refresh_from_db()
    assert (booked.start, booked.sequence) == (at(3, 9), 0)


def test_confirming_twice_is_confirming_once(browser: Client, booked: Appointment, at: At) -> None:
    choose(browser, at(4, 9))
    confirm(browser)

    assert confirm(browser) == (302, "/book/done/")
    booked.refresh_from_db()
    assert booked.sequence == 1


def test_a_time_taken_meanwhile_shows_the_closest_and_keeps_the_old_one(
    browser: Client,
    booked: Appointment,
    make_patient: Callable[..., Patient],
    hold: Make,
    now: datetime,
    at: At,
    frozen: time_machine.Traveller,
) -> None:
    choose(browser, at(4, 9))
    frozen.shift(timedelta(minutes=11))
    hold(make_patient(), booked.clinician, at(4, 9), now=now + timedelta(minutes=11))

    status, html = confirm(browser)

    booked.refresh_from_db()
    assert status == 409
    assert "Someone just took 9:00 am" in html
    assert "Your time now is" in html
    assert booked.start == at(3, 9)


def test_a_hold_that_expired_is_taken_again_when_nobody_wants_it(
    browser: Client, booked: Appointment, at: At, frozen: time_machine.Traveller
) -> None:
    choose(browser, at(4, 9))
    Appointment.objects.filter(moves__isnull=False).update(state="released")

    assert confirm(browser) == (302, "/book/done/")
    booked.refresh_from_db()
    assert booked.start == at(4, 9)


@pytest.mark.parametrize("address", [MOVE, CHECK])
def test_without_an_appointment_there_is_a_time_to_choose(browser: Client, clinician: User, address: str) -> None:
    assert browser.get(address).headers["Location"] == "/book/"
    assert browser.post(address, {}).headers["Location"] == "/book/"


@pytest.mark.parametrize("slot", ["2026-12-04T17:01:00+00:00", "2026-11-29T17:00:00+00:00", "soon", ""])
def test_a_time_that_is_not_offered_is_refused_in_a_sentence(browser: Client, booked: Appointment, slot: str) -> None:
    answer = browser.post(MOVE, {"slot": slot, "mode": "phone"})

    assert answer.status_code == 422
    assert Appointment.objects.count() == 1


def test_a_hold_to_move_cannot_be_booked_as_a_second_appointment(browser: Client, booked: Appointment, at: At) -> None:
    choose(browser, at(4, 9))
    to = Appointment.objects.get(moves=booked)

    assert browser.post("/book/check/", {"appointment": str(to.pk), **DETAILS}).headers["Location"] == "/book/done/"
    assert Appointment.objects.filter(state="booked").count() == 1


def test_somebody_elses_hold_is_not_found(
    browser: Client, booked: Appointment, make_patient: Callable[..., Patient], hold: Make, book: Make, at: At
) -> None:
    theirs = book(hold(make_patient(), booked.clinician, at(4, 9)))
    to = hold(theirs.patient, booked.clinician, at(4, 10), moves=theirs)

    answer = browser.post(CHECK, {"appointment": str(to.pk), **DETAILS})

    to.refresh_from_db()
    assert (answer.status_code, to.state) == (422, "held")


def test_the_page_of_time_zones_leads_back_to_moving(browser: Client, booked: Appointment) -> None:
    html = browser.get("/book/time-zone/?move=1").content.decode()

    assert f'href="{MOVE}?' in html
    assert 'href="/book/?' not in html
