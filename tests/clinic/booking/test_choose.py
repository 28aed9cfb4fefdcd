"""The page to choose a time: what it shows, what it refuses, and that nothing is chosen for anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.accounts.models import User
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
CHOOSE = "/book/"


def page(browser: Client, **asked: str) -> str:
    return browser.get(CHOOSE, asked).content.decode()


def choose(browser: Client, slot: str, **asked: str) -> tuple[int, str, str]:
    """Status, target and text of the answer."""
    answer = browser.post(CHOOSE, {"mode": "phone", "zone": "America/Los_Angeles", "slot": slot, **asked})
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


def the_error(html: str) -> str:
    summary = re.search(r'id="error-summary".*?</div>', html, re.DOTALL)
    assert summary
    return re.sub(r"<[^>]+>|\s+", " ", summary[0].split("</h2>")[1]).strip()


def test_the_soonest_time_is_one_button(browser: Client, clinician: User, at: At) -> None:
    html = page(browser)

    assert "Wed, Dec 2 at 9:00 am" in html
    assert f'name="slot" value="{at(2, 9).isoformat()}">Choose this time' in html


def test_it_opens_on_the_first_day_that_has_a_time(
    browser: Client, clinician: User, make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    for n in range(6):
        hold(make_patient(), clinician, at(2, 9) + timedelta(minutes=20 * n))

    assert '<h2 class="sec" id="times" tabindex="-1">Thursday, December 3</h2>' in page(browser)


def test_a_full_day_between_others_is_told_and_is_no_link(
    browser: Client, clinician: User, make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    for n in range(6):
        hold(make_patient(), clinician, at(3, 9) + timedelta(minutes=20 * n))

    assert '<span class="off"><small>Thu</small><b>Dec 3</b><small>Full</small></span>' in page(browser)


def test_days_say_how_many_times_they_have(
    browser: Client, clinician: User, make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    hold(make_patient(), clinician, at(2, 9, 20))

    days = re.findall(r"<small>(\w+)</small><b>([\w ]+)</b><small>([\w ]+)</small>", page(browser))

    assert days[:2] == [("Wed", "Dec 2", "5 times"), ("Thu", "Dec 3", "6 times")]


def test_later_days_lead_on_and_earlier_days_lead_back(browser: Client, clinician: User) -> None:
    first = page(browser)
    later = re.search(r'<a class="more" href="([^"]+)">Later days', first)
    assert later
    second = browser.get(CHOOSE + later[1].replace("&amp;", "&").split("#")[0]).content.decode()

    assert "Thursday, December 10</h2>" in second
    assert "Earlier days" in second
    assert "Earlier days" not in first


def test_a_chosen_day_is_shown_in_parts_with_full_names(make_clinician: Callable[..., User], browser: Client) -> None:
    make_clinician(opens=time(11), closes=time(18), slot_minutes=60)

    html = page(browser, day="2026-12-03")

    assert re.findall(r"<legend>(\w+)</legend>", html)[-3:] == ["Morning", "Afternoon", "Evening"]
    assert 'aria-label="Thursday, December 3, afternoon, 4:00 pm"' in html


def test_no_time_is_chosen_for_anybody(browser: Client, clinician: User) -> None:
    radios = re.findall(r'<input type="radio" name="slot"[^>]*>', page(browser))

    assert len(radios) == 6
    assert not [radio for radio in radios if "checked" in radio]


def test_times_are_in_the_zone_that_is_asked_for_and_named(browser: Client, clinician: User) -> None:
    html = page(browser, zone="America/New_York")

    assert "<b>Eastern Time.</b> It is 3:00 pm there now. The clinic is on Pacific Time." in html
    assert "Wed, Dec 2 at 12:00 pm" in html


@pytest.mark.parametrize(
    "asked", [{"day": "2026-02-31"}, {"day": "x" * 500}, {"zone": "Mars"}, {"mode": "fax"}, {"day": "2026-12-05"}]
)
def test_an_address_that_makes_no_sense_shows_the_usual_page(
    browser: Client, clinician: User, asked: dict[str, str]
) -> None:
    html = page(browser, **asked)

    assert "Wednesday, December 2</h2>" in html
    assert "Pacific Time" in html


def test_only_ways_to_meet_that_exist_are_offered(browser: Client, make_clinician: Callable[..., User]) -> None:
    make_clinician(modes=["phone", "video"], location="", room="")

    assert re.findall(r'name="mode" value="(\w+)"( checked)?>', page(browser))[:2] == [
        ("phone", " checked"),
        ("video", ""),
    ]


def test_the_day_on_which_clocks_change_says_so(
    make_clinician: Callable[..., User],
    patient: Patient,
    browser_for: Callable[[Patient], Client],
    frozen: time_machine.Traveller,
) -> None:
    make_clinician(weekdays=[6])
    frozen.move_to(datetime.fromisoformat("2027-03-12T20:00:00Z"))

    assert "The clocks go forward one hour on this day." in page(browser_for(patient))


def test_a_first_time_that_is_far_off_is_said(browser: Client, make_clinician: Callable[..., User]) -> None:
    make_clinician(notice_hours=24 * 17)

    assert "We have no free times in the next 2 weeks. The first is Friday, December 18." in page(browser)


@pytest.mark.parametrize("region", ["US-NY", ""])
def test_with_no_time_at_all_there_is_a_way_on(
    clinician: User, make_patient: Callable[..., Patient], browser_for: Callable[[Patient], Client], region: str
) -> None:
    html = page(browser_for(make_patient(region=region)))

    assert "No free times right now" in html
    assert "Call us on" in html


def test_who_may_not_book_sees_what_it_waits_for_and_no_time(
    clinician: User, make_patient: Callable[..., Patient], browser_for: Callable[[Patient], Client]
) -> None:
    html = page(browser_for(make_patient("clinician_review")))

    assert "A clinician is reading your answers. You do not need to do anything." in html
    assert 'name="slot"' not in html


def test_who_may_not_book_holds_nothing_by_posting(
    clinician: User, make_patient: Callable[..., Patient], browser_for: Callable[[Patient], Client], at: At
) -> None:
    _, _, html = choose(browser_for(make_patient("urgent")), at(2, 9).isoformat())

    assert "Somebody from our team will talk with you" in html
    assert not Appointment.objects.exists()


def test_who_has_an_appointment_sees_that(
    browser: Client, patient: Patient, clinician: User, hold: Make, book: Make, at: At
) -> None:
    book(hold(patient, clinician, at(2, 9)))

    assert browser.get(CHOOSE).headers["Location"] == reverse("booking:done")


def test_a_browser_that_belongs_to_nobody_is_sent_to_come_back(client: Client) -> None:
    assert client.get(CHOOSE).headers["Location"] == reverse("intake:resume")


def test_choosing_holds_the_time_and_goes_on(browser: Client, patient: Patient, clinician: User, at: At) -> None:
    status, target, _ = choose(browser, at(2, 9, 20).isoformat(), zone="America/Denver")

    held = patient.appointments.get()
    assert (status, target) == (302, reverse("booking:check"))
    assert (held.state, held.start, held.mode, held.time_zone) == ("held", at(2, 9, 20), "phone", "America/Denver")


def test_a_time_is_the_same_moment_whatever_offset_it_is_written_with(
    browser: Client, patient: Patient, clinician: User, at: At
) -> None:
    choose(browser, "2026-12-02T12:20:00-05:00")

    assert patient.appointments.get().start == at(2, 9, 20)


def test_a_visit_is_held_at_its_place_and_in_its_room(
    browser: Client, patient: Patient, clinician: User, at: At
) -> None:
    choose(browser, at(2, 9).isoformat(), mode="midtown")

    held = patient.appointments.get()
    assert (held.mode, held.location, held.room) == ("in_person", "midtown", "1")


@pytest.mark.parametrize(
    ("slot", "sentence"),
    [
        ("", "Choose a time"),
        ("soon", "Choose one of these times"),
        ("2026-12-02T09:20:00", "Choose one of these times"),
        ("9999-12-31T23:59:59-23:59", "Choose one of these times"),
        ("x" * 5000, "Choose one of these times"),
        ("2026-11-27T17:00:00Z", "That time has passed."),
        ("2026-12-02T17:05:00Z", "We do not offer that time."),
        ("2026-12-01T17:00:00Z", "We do not offer that time."),
    ],
    ids=["none", "words", "no offset", "end of time", "long", "past", "off the grid", "too soon"],
)
def test_a_time_that_cannot_be_had_is_refused_in_one_sentence(
    browser: Client, clinician: User, slot: str, sentence: str
) -> None:
    status, _, html = choose(browser, slot)

    assert (status, the_error(html)) == (422, sentence)
    assert "<title>Error: " in html
    assert html.count('id="id_slot"') == 1
    assert not Appointment.objects.exists()


def test_a_time_just_taken_shows_the_closest_three_first(
    browser: Client, clinician: User, make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    hold(make_patient(), clinician, at(3, 9, 40))

    status, _, html = choose(browser, at(3, 9, 40).isoformat(), day="2026-12-03")

    closest = re.findall(r'name="slot" value="([^"]+)"[^>]*>Thu, Dec 3', html)
    assert status == 409
    assert the_error(html) == "Someone just took 9:40 am. Here are the closest times."
    assert closest == [at(3, 9, 0).isoformat(), at(3, 9, 20).isoformat(), at(3, 10, 0).isoformat()]
    assert "Thursday, December 3</h2>" in html
    assert html.count('id="id_slot"') == 1


def test_a_time_that_one_clinician_lost_is_held_with_another(
    browser: Client,
    make_clinician: Callable[..., User],
    make_patient: Callable[..., Patient],
    patient: Patient,
    hold: Make,
    at: At,
) -> None:
    one, other = make_clinician("Dr. One"), make_clinician("Dr. Other")
    hold(make_patient(), one, at(2, 9))

    choose(browser, at(2, 9).isoformat())

    assert patient.appointments.get().clinician == other


def test_the_page_asks_the_database_the_same_number_of_questions_however_much_there_is(
    browser: Client, make_clinician: Callable[..., User], make_patient: Callable[..., Patient], hold: Make, at: At
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(browser)
        return len(queries)

    make_clinician()
    with_one = questions()
    for n in range(3):
        hold(make_patient(), make_clinician(f"Dr. {n}", room=f"x{n}"), at(2, 9))

    assert questions() == with_one <= 16


def test_looking_changes_nothing(browser: Client, clinician: User) -> None:
    page(browser, mode="video", day="2026-12-03", zone="Europe/Berlin")
    browser.get("/book/check/")

    assert not Appointment.objects.exists()


def test_time_zones_are_american_first_then_found_by_words(browser: Client, clinician: User) -> None:
    html = browser.get("/book/time-zone/", {"q": "berlin", "mode": "video", "day": "2026-12-03"}).content.decode()

    names = re.findall(r'<a class="tlink" href="([^"]+)">([^<]+)</a>', html)
    assert [name for _, name in names[:7]] == [
        "Eastern Time",
        "Central Time",
        "Mountain Time",
        "Arizona Time",
        "Pacific Time",
        "Alaska Time",
        "Hawaii Time",
    ]
    assert names[7] == ("/book/?mode=video&amp;day=2026-12-03&amp;zone=Europe%2FBerlin", "Berlin, Germany")


def test_a_search_that_finds_nothing_says_so(browser: Client) -> None:
    html = browser.get("/book/time-zone/", {"q": "<script>"}).content.decode()

    assert "We found nothing for “&lt;script&gt;”." in html
