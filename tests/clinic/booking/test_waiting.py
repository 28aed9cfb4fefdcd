"""The waiting list: a freed time goes to whom it fits and who has waited longest, one person at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import actions, allowed, availability_actions, waiting_actions
from clinic.booking.calendar import day
from clinic.booking.models import Appointment, WaitingPlace
from clinic.my.presenters import waiting as on_their_page
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
State = Appointment.State
DESK = system("test")
DETAILS = {"phone": "(555) 010-0199", "reminders": "email"}
ANY = {"weekdays": range(7), "parts": ["morning", "afternoon", "evening"], "ways": ["phone"], "notice_hours": 3}


def wait(patient: Patient, joined: datetime, **wished: Any) -> WaitingPlace:
    usual = {**ANY, "time_zone": "America/Los_Angeles", "by": DESK, "now": joined}
    return waiting_actions.join(patient=patient, **(usual | wished))


def sweep(now: datetime) -> int:
    actions.release_expired(now=now, by=DESK)
    return waiting_actions.offer_freed(now=now, by=DESK)


def offers() -> dict[str, str]:
    rows = Appointment.objects.exclude(offered_at=None).select_related("patient")
    return {row.patient.called: row.state for row in rows}


@pytest.fixture
def freed(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> Appointment:
    """Wednesday 9:00 by phone, which somebody gave up."""
    booked = book(hold(make_patient(), clinician, at(2, 9)))
    return actions.cancel(appointment=booked, reason="", by=DESK, now=now)


def test_a_freed_time_is_offered_to_who_has_waited_longest(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    for days, name in ((1, "Ben"), (3, "Ada"), (2, "Cy")):
        wait(make_patient(preferred_name=name), now - timedelta(days=days))

    assert sweep(now) == 1
    assert offers() == {"Ada": "offered"}
    offer = Appointment.objects.get(state="offered")
    assert (offer.start, offer.held_until - now) == (freed.start, timedelta(hours=2))
    assert offer.offered_because == "Waiting since Friday, November 27, the longest of the 3 people this time fits."


def test_a_time_that_somebody_moved_away_from_is_offered_too(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> None:
    booked = book(hold(make_patient(), clinician, at(2, 9)))
    to = hold(booked.patient, clinician, at(3, 9), moves=booked)
    actions.move(to=to, phone="1", reminders="none", needs=[], by=DESK, now=now)
    wait(make_patient(), now)

    assert sweep(now) == 1
    assert Appointment.objects.get(state="offered").start == at(2, 9)


@pytest.mark.parametrize(
    "wished",
    [
        {"weekdays": [0, 1, 3, 4, 5, 6]},
        {"parts": ["afternoon", "evening"]},
        {"ways": ["harbor"]},
        {"notice_hours": 72},
        {"time_zone": "Asia/Tokyo"},
    ],
    ids=str,
)
def test_whom_it_does_not_fit_is_not_asked(freed: Appointment, patient: Patient, now: datetime, wished: Any) -> None:
    wait(patient, now - timedelta(days=9), **wished)

    assert sweep(now) == 0


def test_what_nobody_gave_up_is_not_offered(clinician: User, patient: Patient, now: datetime) -> None:
    wait(patient, now)

    assert sweep(now) == 0


def test_one_offer_at_a_time_for_a_time_and_for_a_person(
    freed: Appointment, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> None:
    other = book(hold(make_patient(), freed.clinician, at(3, 9)))
    actions.cancel(appointment=other, reason="", by=DESK, now=now)
    wait(make_patient(preferred_name="Ada"), now - timedelta(days=2))

    assert [sweep(now) for _ in range(3)] == [1, 0, 0]
    assert Appointment.objects.filter(state="offered").count() == 1


def test_while_it_is_offered_nobody_else_can_have_it(
    freed: Appointment, make_patient: Callable[..., Patient], hold: Make, now: datetime
) -> None:
    wait(make_patient(), now)
    sweep(now)

    with pytest.raises(actions.SlotTaken):
        hold(make_patient(), freed.clinician, freed.start)


def test_after_two_hours_it_goes_to_the_next_and_the_first_keeps_the_place(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    first = wait(make_patient(preferred_name="Ada"), now - timedelta(days=2))
    wait(make_patient(preferred_name="Ben"), now - timedelta(days=1))
    sweep(now)

    sweep(now + timedelta(hours=1, minutes=59))
    assert offers() == {"Ada": "offered"}
    sweep(now + timedelta(hours=2))

    first.refresh_from_db()
    assert offers() == {"Ada": "released", "Ben": "offered"}
    assert (first.state, first.joined_at) == ("waiting", now - timedelta(days=2))


def test_who_declined_a_time_is_not_asked_about_it_again(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    wait(make_patient(preferred_name="Ada"), now - timedelta(days=2))
    sweep(now)
    waiting_actions.decline(appointment=Appointment.objects.get(state="offered"), by=DESK)

    assert sweep(now) == 0
    assert Message.objects.get(template="time-offered").state == "cancelled"


def test_at_night_nobody_is_asked(freed: Appointment, patient: Patient, now: datetime) -> None:
    wait(patient, now)

    assert sweep(now + timedelta(hours=10)) == 0
    assert sweep(now + timedelta(hours=20)) == 1


def test_who_may_not_book_any_more_is_passed_over(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    first = make_patient(preferred_name="Ada")
    wait(first, now - timedelta(days=2))
    wait(make_patient(preferred_name="Ben"), now - timedelta(days=1))
    first.intakes.update(safety_raised_at=now, safety_priority="P1")

    sweep(now)

    assert offers() == {"Ben": "offered"}


def test_who_cannot_be_told_is_not_put_on_the_list_in_silence(
    clinician: User, make_patient: Callable[..., Patient], now: datetime
) -> None:
    with pytest.raises(waiting_actions.CannotBeTold):
        wait(make_patient(safe_contact="no"), now)


def test_who_has_an_appointment_or_may_not_book_cannot_join(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> None:
    with pytest.raises(allowed.AlreadyBooked):
        wait(book(hold(make_patient(), clinician, at(2, 9))).patient, now)
    with pytest.raises(allowed.NotAllowedToBook):
        wait(make_patient("clinician_review"), now)


def test_changing_what_fits_keeps_the_place_in_line(clinician: User, patient: Patient, now: datetime) -> None:
    wait(patient, now - timedelta(days=5))

    again = wait(patient, now, weekdays=[1])

    assert (again.weekdays, again.joined_at) == ([1], now - timedelta(days=5))
    assert WaitingPlace.objects.count() == 1


def test_booking_another_time_ends_the_waiting_and_lets_the_offer_go(
    freed: Appointment, patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    wait(patient, now)
    sweep(now)

    book(hold(patient, freed.clinician, at(4, 9)))

    assert WaitingPlace.objects.get().state == "booked"
    assert set(patient.appointments.values_list("state", flat=True)) == {"booked", "released"}


def test_staff_see_why_it_was_offered_to_this_person(freed: Appointment, patient: Patient, now: datetime) -> None:
    wait(patient, now)
    sweep(now)

    (entry,) = day(freed.start.date(), zone="America/Los_Angeles", now=now)

    assert (entry.state, entry.because[:13]) == ("offered", "Waiting since")


def test_the_message_says_until_when_and_nothing_of_what_for(
    freed: Appointment, patient: Patient, now: datetime
) -> None:
    wait(patient, now)
    sweep(now)
    message = Message.objects.get(template="time-offered")

    text = words_for(message, by=DESK, now=now).text

    assert "A time is free: Wednesday, December 2 at 9:00 am Pacific Time." in text
    assert "until 2:00 pm" in text
    assert message.too_late_at == now + timedelta(hours=2)
    assert not [w for w in ("ketamine", "osei", "clinic", "consultation", "depress") if w in text.lower()]


def test_an_offer_is_taken_on_its_page(browser: Client, freed: Appointment, patient: Patient, now: datetime) -> None:
    wait(patient, now)
    sweep(now)
    assert on_their_page(patient, now)["offered"].when == "Wednesday, December 2 at 9:00 am Pacific Time"
    page = browser.get("/waitlist/offer/").content.decode()
    assert "We keep it for you until 2:00 pm" in page
    assert "the only person this time fits" in page
    offer = Appointment.objects.get(state="offered")

    answer = browser.post("/waitlist/offer/", {"appointment": str(offer.pk), **DETAILS})

    offer.refresh_from_db()
    assert (answer.headers["Location"], offer.state) == ("/book/done/", "booked")
    assert WaitingPlace.objects.get().state == "booked"
    again = browser.post("/waitlist/offer/", {"appointment": str(offer.pk), **DETAILS})
    assert again.headers["Location"] == "/book/done/"


def test_saying_no_needs_no_details_and_keeps_the_place(
    browser: Client, freed: Appointment, patient: Patient, now: datetime
) -> None:
    wait(patient, now)
    sweep(now)
    offer = Appointment.objects.get(state="offered")

    browser.post("/waitlist/offer/", {"appointment": str(offer.pk), "answer": "no"})

    offer.refresh_from_db()
    assert (offer.state, WaitingPlace.objects.get().state) == ("released", "waiting")


def test_looking_at_an_offer_changes_nothing(
    browser: Client, freed: Appointment, patient: Patient, now: datetime
) -> None:
    wait(patient, now)
    sweep(now)

    browser.get("/waitlist/offer/?answer=no")

    assert offers() == {"Maya": "offered"}


def test_an_offer_that_went_to_somebody_else_says_so_and_keeps_the_place(
    browser_for: Callable[[Patient], Client],
    freed: Appointment,
    patient: Patient,
    make_patient: Callable[..., Patient],
    now: datetime,
    frozen: time_machine.Traveller,
) -> None:
    wait(patient, now - timedelta(days=1))
    wait(make_patient(preferred_name="Ben"), now)
    sweep(now)
    offer = Appointment.objects.get(state="offered")
    frozen.shift(timedelta(hours=2))
    sweep(now + timedelta(hours=2))
    browser = browser_for(patient)

    answer = browser.post("/waitlist/offer/", {"appointment": str(offer.pk), **DETAILS})

    assert answer.status_code == 409
    assert "You keep your place in line" in answer.content.decode()
    assert offers() == {"Maya": "released", "Ben": "offered"}


def test_somebody_elses_offer_is_not_there(
    browser: Client, freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    wait(make_patient(preferred_name="Ben"), now)
    sweep(now)
    theirs = Appointment.objects.get(state="offered")

    answer = browser.post("/waitlist/offer/", {"appointment": str(theirs.pk), **DETAILS})

    assert answer.headers["Location"] == "/waitlist/"
    assert offers() == {"Ben": "offered"}


def test_joining_and_leaving_on_the_page(browser: Client, clinician: User, patient: Patient) -> None:
    assert "checked" not in browser.get("/waitlist/").content.decode()
    empty = browser.post("/waitlist/", {})
    assert empty.status_code == 422
    assert "Choose at least one of the days" in empty.content.decode()
    told = {"weekdays": ["1", "3"], "parts": ["morning"], "ways": ["phone", "midtown"], "notice_hours": "24"}

    browser.post("/waitlist/", told)

    place = WaitingPlace.objects.get()
    assert (place.weekdays, place.parts, place.ways, place.notice_hours) == (
        [1, 3],
        ["morning"],
        ["phone", "midtown"],
        24,
    )
    assert "You are on the waiting list" in browser.get("/waitlist/").content.decode()
    browser.post("/waitlist/leave/")
    browser.post("/waitlist/leave/")
    place.refresh_from_db()
    assert place.state == "left"


def test_freed_times_that_cannot_be_offered_hide_none_that_can(
    freed: Appointment, make_patient: Any, hold: Make, book: Make, now: datetime, at: At, monkeypatch: Any
) -> None:
    """The clinician is away at the first of them: they stay free, and nobody can have them."""
    monkeypatch.setattr(waiting_actions, "AT_MOST", 2)
    for minute in (20, 40):
        booked = book(hold(make_patient(), freed.clinician, at(2, 9, minute)))
        actions.cancel(appointment=booked, reason="", by=DESK, now=now)
    away = {"since": at(2, 9), "until": at(2, 9, 40), "reason": "sick", "by": DESK}
    availability_actions.take_time_off(clinician=freed.clinician, **away)
    wait(make_patient(), now)

    assert sum(sweep(now + timedelta(minutes=minutes)) for minutes in range(3)) == 1
    assert Appointment.objects.get(state="offered").start == at(2, 9, 40)
