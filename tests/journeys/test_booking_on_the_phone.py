"""A time is booked in four taps, moved and cancelled by the links in the mail, and the next in line gets it.

On a phone, without JavaScript; every message is carried by a worker, and every calendar file read by a strict reader.
"""

from __future__ import annotations

import email
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from email.policy import default
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event
from playwright.sync_api import BrowserContext, Page, expect

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.actors import patient as by_patient
from clinic.booking.models import Appointment, WaitingPlace
from clinic.intake import actions as intakes
from clinic.intake import send_actions
from clinic.notifications.models import Message
from clinic.patients.actions import describe
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import make_clinician
from tests.clinic.intake.conftest import SIGN, consents
from tests.journeys.persons import PROTOCOL, answers_of, go_on
from tests.journeys.test_straight_line import eventually, where_it_is_noon

__all__ = ["make_clinician"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BORN_ON = "1991-05-02"
NEUTRAL = ("ketamine", "treatment", "consultation", "depress", "osei")


def test_a_time_is_booked_in_four_taps_moved_cancelled_and_offered_to_who_waits(
    live_server: Any,
    phone: BrowserContext,
    another_phone: BrowserContext,
    worker: subprocess.Popen[bytes],
    make_clinician: Callable[..., User],
) -> None:
    given_hours(make_clinician)
    maya, ben = (given_somebody(name) for name in ("Maya", "Ben"))
    hers, his = phone.new_page(), another_phone.new_page()
    when_they_ask_for_a_link(hers, live_server.url, maya)
    when_they_ask_for_a_link(his, live_server.url, ben)
    when_he_joins_the_waiting_list(his, live_server.url, ben)

    taps = when_she_books_the_soonest_time(hers)
    booked = Appointment.objects.get(patient=maya)
    assert (taps, booked.state) == (4, "booked")
    first = then_the_calendar_file_says(hers, "PUBLISH", booked)

    when_she_opens_the_link_in(hers, live_server.url, "appointment-booked", maya)
    when_she_moves_it(hers)
    moved = Appointment.objects.get(pk=booked.pk)
    assert moved.start != booked.start
    second = then_the_calendar_file_says(hers, "PUBLISH", moved)
    then_he_is_offered(ben, booked)

    when_she_opens_the_link_in(hers, live_server.url, "appointment-moved", maya)
    when_she_cancels_it(hers)
    last = then_the_calendar_file_says(hers, "CANCEL", Appointment.objects.get(pk=booked.pk))
    then_it_arrived("appointment-cancelled", maya)
    assert [each["SEQUENCE"] for each in (first, second, last)] == [0, 1, 2]
    assert len({str(each["UID"]) for each in (first, second, last)}) == 1

    when_he_takes_it(his, live_server.url, ben)
    his_own = Appointment.objects.get(patient=ben, state="booked")
    assert (his_own.start, his_own.clinician) == (booked.start, booked.clinician)
    then_it_arrived("appointment-booked", ben)
    assert WaitingPlace.objects.get(patient=ben).state == "booked"


def given_hours(make_clinician: Callable[..., User]) -> None:
    """Visits late enough that whoever waits has three hours to know, wherever it is noon now."""
    now = datetime.now(ZoneInfo("America/Los_Angeles"))
    make_clinician(opens=clock(9), closes=clock(11), valid_from=(now - timedelta(days=1)).date())


def given_somebody(name: str) -> Patient:
    """Somebody whose form was sent a moment ago, and who may book; it is noon where they are."""
    now = timezone.now()
    intake = intakes.begin(by=Actor("visitor"), now=now)
    intake.answers = answers_of("V000", preferred_name=name)
    intake.visited = [page.id for page in PROTOCOL.pages.values() if page.kind != "sign"]
    intake.save()
    told = {"preferred_name": name, "born_on": BORN_ON, "email": f"{name.lower()}@example.test", "region": "US-CA"}
    told |= {"safe_contact": "yes", "phone": "(555) 010-0199", "time_zone": where_it_is_noon()}
    by = by_patient(intake.patient_id)
    describe(patient=intake.patient, told=told, by=by)
    agreed = {"name": "Maya Rose Thompson", "consents": consents(intake.answers), "page": SIGN}
    send_actions.submit(intake=intake, key=intake.submit_key, **agreed, by=by, now=now)
    return intake.patient


def when_they_ask_for_a_link(page: Page, site: str, patient: Patient) -> None:
    page.goto(f"{site}/resume/")
    page.get_by_label("Your email address").fill(str(patient.email))
    go_on(page.locator("main form button[type=submit]"))
    when_she_opens_the_link_in(page, site, "status-link", patient)


def when_she_opens_the_link_in(page: Page, site: str, template: str, patient: Patient) -> None:
    """The newest link of this kind, as it stands in the mail, with the date of birth that the page asks for."""
    path = re.search(r"https?://[^/\s]+(/come-back/\S+)", then_it_arrived(template, patient))
    assert path
    page.context.clear_cookies()
    page.goto(f"{site}{path[1]}")
    year, month, day = BORN_ON.split("-")
    for part, typed in (("month", month), ("day", day), ("year", year)):
        page.locator(f"[name$={part}]").fill(typed)
    go_on(page.locator("main form button[type=submit]"))
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page).to_have_url(f"{site}/my/")


def when_he_joins_the_waiting_list(page: Page, site: str, patient: Patient) -> None:
    page.goto(f"{site}/waitlist/")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.get_by_label("Within 3 hours").check()
    go_on(page.get_by_role("button", name="Join the waiting list"))
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page).to_have_url(f"{site}/my/")
    assert WaitingPlace.objects.get(patient=patient).state == "waiting"


def when_she_books_the_soonest_time(page: Page) -> int:
    """How many times she has to tap."""
    taps = [
        page.get_by_role("link", name="Choose a time"),
        page.get_by_role("button", name="Choose this time"),
        page.get_by_text("By email", exact=True),
        page.get_by_role("button", name="Book this time"),
    ]
    for tap in taps:
        tap.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are booked for")
    return len(taps)


def when_she_moves_it(page: Page) -> None:
    go_on(page.get_by_role("link", name="Move it"))
    go_on(page.get_by_role("button", name="Choose this time"))
    go_on(page.get_by_role("button", name="Move to this time"))
    page.wait_for_url("**/book/done/")


def when_she_cancels_it(page: Page) -> None:
    go_on(page.get_by_role("link", name="Cancel this appointment"))
    go_on(page.get_by_role("button", name="Cancel it"))
    page.wait_for_url("**/my/appointment/cancelled/")


def then_the_calendar_file_says(page: Page, method: str, appointment: Appointment) -> Event:
    """What a strict reader finds in the file that the page offers: one entry, no error, no word too much."""
    answer = page.context.request.get(urljoin(page.url, "/book/calendar.ics"))
    calendar = Calendar.from_ical(answer.body())
    entry: Event = calendar.walk("VEVENT")[0]
    assert [each.errors for each in calendar.walk() if each.errors] == []
    assert calendar["METHOD"] == method
    assert (entry.start, entry.end) == (appointment.start, appointment.end)
    assert not [word for word in NEUTRAL if word in answer.text().lower()]
    return entry


def then_it_arrived(template: str, patient: Patient) -> str:
    """The text of the newest mail of this kind, once the worker has delivered it."""
    mails = Message.objects.filter(template=template, patient=patient, state="sent").order_by("created_at")
    sent = eventually(mails.last, f"{template} is delivered")
    letter = email.message_from_bytes((settings.MAIL_DIR / f"{sent.pk}.eml").read_bytes(), policy=default)
    body = letter.get_body(("plain",))
    assert letter["To"] == patient.email
    assert body is not None
    return str(body.get_content())


def then_he_is_offered(patient: Patient, freed: Appointment) -> None:
    offer = eventually(Appointment.objects.filter(patient=patient, state="offered").first, "the freed time is offered")
    assert offer.start == freed.start
    assert offer.held_until - offer.offered_at <= timedelta(hours=2)
    assert "Why you: Waiting since" in then_it_arrived("time-offered", patient)


def when_he_takes_it(page: Page, site: str, patient: Patient) -> None:
    when_she_opens_the_link_in(page, site, "time-offered", patient)
    go_on(page.get_by_role("link", name="See this time"))
    page.get_by_text("By email", exact=True).click()
    go_on(page.get_by_role("button", name="Take this time"))
    page.wait_for_url("**/book/done/")
