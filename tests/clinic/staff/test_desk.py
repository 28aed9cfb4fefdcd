"""The front desk: who calls, the times that fit what they say, and booking one of them while they listen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import actions, availability_actions, desk, may_be_booked, waiting_actions
from clinic.booking.models import Appointment
from clinic.notifications.models import Message
from clinic.patients.actions import describe
from clinic.patients.models import Patient
from clinic.reviews import standing
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient

__all__ = ["clinician", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
THURSDAY_9 = datetime(2026, 12, 3, 17, 0, tzinfo=UTC)
"""9 am in Los Angeles."""


@pytest.fixture
def caller(make_patient: Callable[..., Patient]) -> Patient:
    """Maya, who may be booked."""
    return known(make_patient())


def known(patient: Patient, **told: str) -> Patient:
    usual = {
        "legal_name": "Maya Thompson",
        "preferred_name": "Maya",
        "phone": "(555) 010-0199",
        "born_on": "1991-05-02",
    }
    describe(patient=patient, told=usual | told, by=system("test"))
    return patient


@pytest.fixture
def desk_of(signed_in: Callable[[Role], Client]) -> Client:
    """The browser of the scheduler."""
    return signed_in(Role.SCHEDULER)


def slot(clinician: User, start: datetime = THURSDAY_9, mode: str = "phone", location: str = "") -> str:
    return f"{start.isoformat()}|{clinician.pk}|{mode}|{location}"


def page_of(patient: Patient, **asked: str) -> str:
    return reverse("staff:book_for", args=[patient.reference], query=asked)


def keep(browser: Client, patient: Patient, value: str, **sent: str) -> Any:
    return browser.post(reverse("staff:hold", args=[patient.reference]), {"slot": value, **sent})


def words_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_name_that_fits_one_patient_opens_their_times(desk_of: Client, caller: Patient) -> None:
    response = desk_of.post(reverse("staff:find_slot"), {"who": "tho may", "when": "Thu after 4pm"})

    assert response.url == page_of(caller, when="Thu after 4pm")


def test_a_date_of_birth_is_said_as_people_say_it(
    desk_of: Client, caller: Patient, make_patient: Callable[..., Patient]
) -> None:
    known(make_patient(), born_on="1984-11-20")
    listed = desk_of.post(reverse("staff:find_slot"), {"who": "Thompson"}).content.decode()
    opened = desk_of.get(page_of(caller)).content.decode()

    assert "May 2, 1991" in listed
    assert "Nov 20, 1984" in listed
    assert "born May 2, 1991" in opened
    assert "1991-05-02" not in listed + opened


def test_several_patients_are_listed_and_put_on_the_record_without_what_was_typed(
    desk_of: Client, caller: Patient, make_patient: Callable[..., Patient]
) -> None:
    other = known(make_patient(), legal_name="Thor Odin", born_on="1970-01-01")

    response = desk_of.post(reverse("staff:find_slot"), {"who": "tho", "when": ""})

    line = AuditEvent.objects.get(action="staff.see_find_slot")
    assert "May 2, 1991" in words_of(response)
    assert "Jan 1, 1970" in words_of(response)
    assert set(line.detail["shown"]) == {caller.reference, other.reference}
    assert "tho" not in str(line.detail["asked"])


@pytest.mark.parametrize("who", ["", "ma", "2/30/1991", "x" * 81])
def test_what_nobody_is_found_by_is_said_at_the_field(desk_of: Client, who: str) -> None:
    response = desk_of.post(reverse("staff:find_slot"), {"who": who, "when": "Thu"})

    assert response.status_code == 422
    assert 'value="Thu"' in words_of(response)


def test_nobody_found_says_what_to_try(desk_of: Client) -> None:
    assert "Nobody fits" in words_of(desk_of.post(reverse("staff:find_slot"), {"who": "zzzz"}))


def test_times_fit_what_was_said_and_what_was_not_understood_is_shown(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    response = desk_of.get(page_of(caller, when="Thu after 10, video, sideways"))

    found = response.context["times"]
    assert [line.when for line in found.best][:2] == [
        "Thu, Dec 3 at 10:00 am Pacific Time",
        "Thu, Dec 3 at 10:20 am Pacific Time",
    ]
    assert {way.label for line in found.best for way in line.ways} == {"Video"}
    assert "Not understood, and left out:</b> sideways" in words_of(response)


def test_words_are_read_by_the_clock_of_the_patient_and_both_clocks_are_shown(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    describe(patient=caller, told={"time_zone": "America/New_York"}, by=system("test"))

    first = desk_of.get(page_of(caller, when="Thu at 1pm")).context["times"].best[0]

    assert first.when == "Thu, Dec 3 at 1:00 pm Eastern Time"
    assert first.at_clinic == "Thu, Dec 3 at 10:00 am Pacific Time"


def test_a_language_means_a_clinician_who_speaks_it(
    desk_of: Client, caller: Patient, make_clinician: Callable[..., User]
) -> None:
    make_clinician("Dr. One")
    availability_actions.say_languages(clinician=make_clinician("Dr. Dos"), codes=["es"], by=system("test"))

    best = desk_of.get(page_of(caller, when="Spanish")).context["times"].best

    assert {line.clinician for line in best} == {"Dr. Dos"}


def test_when_nothing_fits_it_says_what_to_leave_out(desk_of: Client, caller: Patient, clinician: User) -> None:
    answer = desk_of.get(page_of(caller, when="Thu, Spanish, clinic time"))
    text = words_of(answer)

    assert "No time fits all of these" in text
    assert "Without “Spanish”</a>: 48 times" in text
    assert "Without “Thursday”" not in text
    (without,) = re.findall(r'href="(\?when=[^"]*)">Without', answer.content.decode())
    assert "Looking for: <b>Thursday</b>, by the clock of Pacific Time. 48 found." in words_of(
        desk_of.get(page_of(caller) + without)
    )


def test_booking_takes_a_search_a_time_and_one_confirmation(desk_of: Client, caller: Patient, clinician: User) -> None:
    page = keep(desk_of, caller, slot(clinician)).url
    shown = desk_of.get(page)
    form = shown.context["form"]
    booked = desk_of.post(page, {name: form[name].value() for name in form.fields})

    appointment = Appointment.objects.get(state="booked")
    assert "That is Thursday, December 3 at 9:00 am Pacific Time, by phone, with Dr. Ama Osei" in words_of(shown)
    assert booked.url == reverse("staff:appointment", args=[appointment.reference]) + "?just=booked"
    assert (appointment.start, appointment.patient, appointment.reminders) == (THURSDAY_9, caller, "email")
    assert appointment.booked_by.startswith("staff:")
    assert Message.objects.filter(patient=caller, template="appointment-booked").count() == 1


def test_who_may_not_be_written_to_gets_no_reminder(
    desk_of: Client, make_patient: Callable[..., Patient], clinician: User
) -> None:
    quiet = known(make_patient(safe_contact="no"))
    page = keep(desk_of, quiet, slot(clinician)).url

    assert "tell them the time by voice" in words_of(desk_of.get(page))
    desk_of.post(page, {"phone": "(555) 010-0199"})
    assert Appointment.objects.get(state="booked").reminders == "none"


def test_a_phone_visit_needs_a_number(desk_of: Client, caller: Patient, clinician: User) -> None:
    response = desk_of.post(keep(desk_of, caller, slot(clinician)).url, {"phone": "", "reminders": "email"})

    assert response.status_code == 422
    assert not Appointment.objects.filter(state="booked").exists()


def test_pressing_twice_books_once(desk_of: Client, caller: Patient, clinician: User) -> None:
    page, told = keep(desk_of, caller, slot(clinician)).url, {"phone": "(555) 010-0199", "reminders": "email"}

    first, second = desk_of.post(page, told), desk_of.post(page, told)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("waits_for", ["clinician_review", "urgent", "not_suitable_now"])
def test_a_patient_without_a_standing_decision_cannot_be_booked(
    desk_of: Client, make_patient: Callable[..., Patient], clinician: User, waits_for: str
) -> None:
    waiting = known(make_patient(waits_for))

    page, kept = desk_of.get(page_of(waiting)), keep(desk_of, waiting, slot(clinician))

    assert page.context["may"].is_open is False
    assert "times" not in page.context
    assert kept.status_code == 409
    assert not Appointment.objects.exists()


def test_every_reason_to_wait_has_its_words_for_the_desk() -> None:
    said = {text for name, text in vars(standing).items() if name.startswith("WAITS_FOR_")}

    assert said | set(standing.WAITS_AFTER_ROUTE.values()) == set(may_be_booked.FOR_STAFF)


def test_no_word_for_the_desk_is_clinical() -> None:
    text = str(list(may_be_booked.FOR_STAFF.values())).lower()

    assert not [
        word for word in ("safest", "risk", "urgent", "flag", "score", "suitable", "answer") if f"{word}s" in text
    ]


def test_a_time_that_is_taken_meanwhile_is_said_and_can_be_booked_twice_with_a_reason(
    desk_of: Client, caller: Patient, make_patient: Callable[..., Patient], clinician: User
) -> None:
    first = known(make_patient(), legal_name="Daniel Cho", preferred_name="Daniel")
    booked(first, clinician)

    refused = keep(desk_of, caller, slot(clinician))
    over = reverse("staff:overbook", args=[caller.reference])
    asked = desk_of.get(over, {"slot": slot(clinician)})
    details = {"slot": slot(clinician), "phone": "(555) 010-0199", "reminders": "email"}
    without, taken = (desk_of.post(over, details | {"reason": why}) for why in ("", "She can only come then"))

    assert refused.status_code == 409
    assert "book it twice with a reason" in words_of(refused)
    assert "Booked for Daniel" in words_of(asked)
    assert without.status_code == 422
    assert taken.status_code == 302
    assert Appointment.objects.get(is_overbooked=True).overbook_reason == "She can only come then"


def test_a_free_time_is_never_booked_twice(desk_of: Client, caller: Patient, clinician: User) -> None:
    response = desk_of.post(
        reverse("staff:overbook", args=[caller.reference]),
        {"slot": slot(clinician), "reason": "Because", "phone": "(555) 010-0199", "reminders": "email"},
    )

    assert response.status_code == 409
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "value",
    [
        *("", "x", "|||", "2026-12-03T17:00:00|1|phone|", "2026-12-03T17:00:00+00:00|99999999999999|phone|"),
        *("0001-01-01T00:00:00+14:00|1|phone|", "2026-12-03T17:00:00+00:00|1|carrier pigeon|"),
    ],
)
def test_a_time_that_is_none_is_refused_in_one_sentence(desk_of: Client, caller: Patient, value: str) -> None:
    response = keep(desk_of, caller, value)

    assert response.status_code == 422
    assert "Choose one of these times" in words_of(response)


def test_a_time_in_the_past_outside_the_rules_or_elsewhere_is_refused(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    wrong = [
        slot(clinician, THURSDAY_9 - timedelta(days=7)),
        slot(clinician, THURSDAY_9 + timedelta(minutes=7)),
        slot(clinician, mode="in_person", location="harbor"),
    ]

    assert [keep(desk_of, caller, value).status_code for value in wrong] == [409, 409, 409]
    assert not Appointment.objects.exists()


def booked(patient: Patient, clinician: User, start: datetime = THURSDAY_9) -> Appointment:
    by, now = system("test"), datetime.now(UTC)
    held = actions.hold(patient=patient, clinician=clinician, start=start, mode="phone", by=by, now=now)
    return actions.book(appointment=held, phone="(555) 010-0199", reminders="email", needs=[], by=by, now=now)


def test_finding_times_takes_a_constant_number_of_queries(
    caller: Patient, make_clinician: Callable[..., User], django_assert_num_queries: Any
) -> None:
    for number in range(5):
        make_clinician(f"Dr. {number}")

    with django_assert_num_queries(7):
        desk.times(caller, "Thu, video", now=datetime.now(UTC))


def test_the_waiting_list_leads_to_times_that_fit(desk_of: Client, caller: Patient, clinician: User) -> None:
    told = {"weekdays": [3], "parts": ["morning"], "ways": ["phone", "midtown"], "notice_hours": 24}
    waiting_actions.join(
        patient=caller, time_zone="America/Los_Angeles", by=system("test"), now=datetime.now(UTC), **told
    )

    listed = desk_of.get(reverse("staff:waitlist"))
    ((line, url),) = listed.context["rows"]
    found = desk_of.get(url).context["times"]

    assert (line.days, line.parts, line.ways) == ("Thursday", "Morning", "Phone, Midtown")
    assert found.unknown == []
    assert found.best[0].when == "Thu, Dec 3 at 9:00 am Pacific Time"
    assert AuditEvent.objects.get(action="staff.see_waitlist").detail["shown"] == [caller.reference]
