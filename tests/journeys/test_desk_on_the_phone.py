"""A scheduler books while somebody talks: five interactions, without JavaScript, on a phone; and the pages they use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.booking import actions, availability_actions, desk, find
from clinic.booking.models import Appointment, Availability
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import DESK, make_clinician, make_patient
from tests.clinic.staff.test_desk import known
from tests.journeys.persons import go_on
from tests.journeys.test_accessibility import enter, narrow, problems, problems_by_page
from tests.sign_in import signed_in

__all__ = ["make_clinician", "make_patient", "narrow"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def luis(transactional_db: None) -> User:
    """The scheduler."""
    return User.objects.create_user("luis@example.test", name="Luis Ortega", role=Role.SCHEDULER)


def test_a_scheduler_books_moves_and_cancels_in_five_interactions_each_on_a_phone_without_javascript(
    phone: BrowserContext, live_server: Any, luis: User, make_clinician: Any, make_patient: Callable[..., Patient]
) -> None:
    osei = make_clinician(opens=clock(9), closes=clock(18))
    availability_actions.say_languages(clinician=osei, codes=["es"], by=DESK)
    maya = known(make_patient())
    enter(phone, signed_in(luis))
    page = phone.new_page()
    page.goto(f"{live_server.url}/staff/find-slot/")

    page.get_by_label("Who is calling").fill("tho")
    page.get_by_label("When and how").fill("Thu after 4pm, video, Spanish")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Video").first.click()
    page.get_by_role("button", name="Book this time").click()

    expect(page.get_by_role("status")).to_have_text("Booked. We write to the patient now.")
    booked = Appointment.objects.get()
    local = booked.start.astimezone(ZoneInfo("America/Los_Angeles"))
    assert (booked.state, booked.patient, booked.clinician, booked.mode) == ("booked", maya, osei, "video")
    assert (local.weekday(), local.hour >= 16) == (3, True)

    page.get_by_role("link", name="Move it").click()
    page.get_by_role("button", name="Phone").first.click()
    page.get_by_label("The patient asked for it").check()
    page.get_by_role("button", name="Move to this time").click()

    expect(page.get_by_role("status")).to_have_text("Moved. We write to the patient now.")
    moved = Appointment.objects.get(pk=booked.pk)
    assert (moved.mode, moved.start != booked.start, moved.sequence) == ("phone", True, 1)

    page.get_by_text("Cancel it", exact=True).click()
    page.get_by_label("The patient asked for it").check()
    page.get_by_role("button", name="Cancel this appointment").click()

    expect(page.get_by_role("status")).to_have_text("Cancelled. We write to the patient now.")
    assert Appointment.objects.get(pk=booked.pk).state == "cancelled"


def test_the_same_is_done_by_keyboard_alone(
    phone: BrowserContext, live_server: Any, luis: User, make_clinician: Any, make_patient: Callable[..., Patient]
) -> None:
    make_clinician()
    known(make_patient())
    enter(phone, signed_in(luis))
    page = phone.new_page()
    page.goto(f"{live_server.url}/staff/find-slot/")

    _tab_to(page, "who")
    page.keyboard.type("5/2/1991")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/book/**")
    _tab_to(page, "slot")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm/**")
    _tab_to(page, "Book this time")
    page.keyboard.press("Enter")
    page.wait_for_url("**/appointments/**")

    assert Appointment.objects.get().state == "booked"


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the control of this name or these words has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.name || document.activeElement.innerText")
        if str(here).strip() == wanted:
            return
    raise AssertionError(f"{wanted} was never reached")


def test_pages_of_the_desk(narrow: Page, luis: User, make_clinician: Any, make_patient: Callable[..., Patient]) -> None:
    osei, now = make_clinician(opens=clock(9), closes=clock(12)), datetime.now(UTC)
    maya, daniel, waiting = known(make_patient()), known(make_patient()), known(make_patient("clinician_review"))
    taken, free, *_ = find.free_times(patient_region="US-CA", now=now, mode="phone")
    visit = _book(daniel, osei, taken.start, now)
    kept = actions.hold(patient=maya, clinician=osei, start=free.start, mode="phone", by=DESK, now=now)
    past = Appointment.objects.create(
        patient=maya, clinician=osei, during=(now - timedelta(hours=3), now - timedelta(hours=2)), mode="phone",
        time_zone="America/Los_Angeles", state="booked", held_until=now, booked_at=now, booked_by="x", basis="record:x",
    )  # fmt: skip
    off = {"since": visit.start - timedelta(hours=1), "until": visit.end, "reason": "leave"}
    availability_actions.take_time_off(clinician=osei, by=DESK, **off)
    day, rule = (
        f"day={visit.start.astimezone(ZoneInfo('America/Los_Angeles')).date()}",
        Availability.objects.earliest("pk"),
    )
    enter(narrow.context, signed_in(luis))
    book = f"/staff/book/{maya.reference}/"
    over = desk.value_of(taken).replace("+", "%2B")
    wrong = problems_by_page(
        narrow,
        (
            *(
                "/staff/find-slot/",
                f"{book}?when=Thu+sideways",
                f"{book}?when=Sun",
                f"/staff/book/{waiting.reference}/",
            ),
            *(f"{book}confirm/{kept.pk}/", f"{book}overbook/?slot={over}", f"/staff/appointments/{visit.reference}/"),
            *(
                f"/staff/appointments/{past.reference}/",
                "/staff/no-shows/",
                "/staff/waitlist/",
                f"/staff/calendar/?{day}",
            ),
            *(f"/staff/calendar/?{day}&by=location", f"/staff/calendar/?{day}&view=week", "/staff/why/"),
            *(f"/staff/why/?clinician={osei.pk}&{day}&at=9:00", "/staff/hours/", f"/staff/hours/{osei.pk}/"),
            *(f"/staff/hours/{osei.pk}/add/", f"/staff/hours/{osei.pk}/away/", f"/staff/hours/rules/{rule.pk}/end/"),
            *("/staff/hours/holidays/", f"/staff/book/{daniel.reference}/?move={visit.reference}"),
        ),
    )
    narrow.goto("/staff/find-slot/")
    narrow.get_by_label("Who is calling").fill("tho")
    go_on(narrow.get_by_role("button", name="Find"))
    if found := problems(narrow):
        wrong["several patients"] = found
    weiss = User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    enter(narrow.context, signed_in(weiss))
    wrong |= problems_by_page(narrow, ("/staff/people/licences/", f"/staff/people/{osei.pk}/licence/?region=US-CA"))
    enter(narrow.context, signed_in(osei))
    narrow.goto("/staff/calendar/feed/")
    go_on(narrow.get_by_role("button", name="Make an address"))
    if found := problems(narrow):
        wrong["feed"] = found

    assert wrong == {}


def _book(patient: Patient, clinician: User, start: datetime, now: datetime) -> Appointment:
    held = actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=DESK, now=now)
    return actions.book(appointment=held, phone="(555) 010-0199", reminders="email", needs=[], by=DESK, now=now)


def test_a_printed_day_shows_the_visits_and_no_buttons(
    narrow: Page, luis: User, make_clinician: Any, make_patient: Callable[..., Patient]
) -> None:
    osei, now = make_clinician(), datetime.now(UTC)
    first, *_ = find.free_times(patient_region="US-CA", now=now, mode="phone")
    visit = _book(known(make_patient()), osei, first.start, now)
    enter(narrow.context, signed_in(luis))
    narrow.goto(f"/staff/calendar/?day={visit.start.astimezone(ZoneInfo('America/Los_Angeles')).date()}")
    expect(narrow.get_by_role("link", name="Free").first).to_be_visible()

    narrow.emulate_media(media="print")

    expect(narrow.locator(".board .visit", has_text="Maya")).to_be_visible()
    expect(narrow.get_by_role("link", name="Free").first).not_to_be_visible()
    expect(narrow.locator(".topbar")).not_to_be_visible()
