"""Hours at the desk: previewed before they are saved; an exception shows whom it affects before it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import availability_actions, find, hours_preview
from clinic.booking.models import Appointment, Availability, Holiday, JoiningAddress, TimeOff
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient
from tests.clinic.staff.test_desk import THURSDAY_9, booked, known, words_of

__all__ = ["clinician", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
HOURS = {
    "weekdays": ["3"],
    "opens": "1 pm",
    "closes": "2:00 pm",
    "modes": ["phone"],
    "location": "",
    "room": "",
    "slot_minutes": "20",
    "buffer_minutes": "0",
    "notice_hours": "24",
    "horizon_days": "56",
    "most_per_day": "",
    "valid_from": "2026-12-01",
    "valid_to": "",
}
AWAY = {"since_day": "2026-12-03", "since_at": "8 am", "until_day": "2026-12-03", "until_at": "6 pm", "reason": "leave"}


@pytest.fixture
def desk_of(signed_in: Callable[[Role], Client]) -> Client:
    """The browser of the scheduler."""
    return signed_in(Role.SCHEDULER)


@pytest.fixture
def visit(clinician: User, make_patient: Callable[..., Patient]) -> Appointment:
    """Maya, on Thursday at 9."""
    return booked(known(make_patient()), clinician)


def times_on(day: date) -> int:
    now = datetime.now(UTC)
    free = find.free_times(patient_region="US-CA", now=now, mode="phone")
    return sum(slot.start.astimezone(THURSDAY_9.tzinfo).date() == day for slot in free)


def test_a_template_is_previewed_and_only_then_saved(desk_of: Client, clinician: User) -> None:
    page, before = reverse("staff:add_hours", args=[clinician.pk]), Availability.objects.count()

    shown = desk_of.post(page, HOURS)
    assert Availability.objects.count() == before
    saved = desk_of.post(page, HOURS | {"save": "1"})

    preview = shown.context["preview"]
    thursday = preview.weeks[0][3]
    assert (thursday.words, thursday.was, thursday.count, thursday.span) == ("Thu, Dec 3", 6, 9, "9 am to 1:40 pm")
    assert (preview.count - preview.was) == 12
    assert saved.status_code == 302
    assert Availability.objects.count() == before + 1


def test_the_preview_says_what_saving_then_does(desk_of: Client, clinician: User) -> None:
    page = reverse("staff:add_hours", args=[clinician.pk])
    promised = desk_of.post(page, HOURS).context["preview"].weeks[0][3].count

    desk_of.post(page, HOURS | {"save": "1"})

    assert times_on(THURSDAY_9.date()) == promised


def test_days_that_share_their_hours_are_read_together() -> None:
    told = [(0, 9), (1, 9), (2, 9), (3, 13), (5, 13)]
    rules = [Availability(weekday=day, opens=time(opens), closes=time(opens + 2)) for day, opens in told]

    assert hours_preview.week_in_words(rules) == [
        "Monday to Wednesday, 9 am to 11 am",
        "Thursday, Saturday, 1 pm to 3 pm",
    ]


def test_hours_that_are_there_already_are_said(desk_of: Client, clinician: User) -> None:
    text = words_of(desk_of.post(reverse("staff:add_hours", args=[clinician.pk]), HOURS | {"opens": "10 am"}))

    assert "There are hours at the same time already:</b> Thursday, 9 am to 11 am" in text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weekdays": []}, "Choose at least one day"),
        ({"opens": "3 pm"}, "The last visit must end after the first begins"),
        ({"opens": "soon"}, "Enter when the first visit begins like 9:00 am"),
        ({"slot_minutes": "0"}, "The minutes for a visit must be a whole number from 5 to 240"),
        ({"modes": ["in_person"]}, "Choose the place for visits in person"),
        ({"valid_to": "2026-11-01"}, "The last day must not be before the first"),
    ],
)
def test_a_template_that_cannot_be_is_refused(
    desk_of: Client, clinician: User, wrong: dict[str, Any], words: str
) -> None:
    response = desk_of.post(reverse("staff:add_hours", args=[clinician.pk]), HOURS | wrong | {"save": "1"})

    assert response.status_code == 422
    assert words in words_of(response)


def test_time_off_first_shows_whom_it_affects_and_cancels_nobody(
    desk_of: Client, clinician: User, visit: Appointment
) -> None:
    page, written = reverse("staff:away", args=[clinician.pk]), Message.objects.count()

    first = desk_of.post(page, AWAY)
    assert not TimeOff.objects.exists()
    done = desk_of.post(page, AWAY | {"seen": first.context["seen"]}, follow=True)
    visit.refresh_from_db()

    assert "1 person is booked then" in words_of(first)
    assert reverse("staff:appointment", args=[visit.reference]) in words_of(done)
    assert visit.state == "booked"
    assert Message.objects.count() == written
    assert times_on(THURSDAY_9.date()) == 0
    assert "1 person in this time. <a" in words_of(desk_of.get(reverse("staff:hours_of", args=[clinician.pk])))


def test_who_booked_after_the_page_was_shown_is_shown_before_it_holds(
    desk_of: Client, clinician: User, visit: Appointment, make_patient: Callable[..., Patient]
) -> None:
    page = reverse("staff:away", args=[clinician.pk])
    seen = desk_of.post(page, AWAY).context["seen"]
    booked(known(make_patient()), clinician, THURSDAY_9 + timedelta(minutes=40))

    again = desk_of.post(page, AWAY | {"seen": seen})

    assert "2 people are booked then" in words_of(again)
    assert not TimeOff.objects.exists()


def test_time_off_can_be_taken_back(desk_of: Client, clinician: User) -> None:
    page = reverse("staff:away", args=[clinician.pk])
    desk_of.post(page, AWAY | {"seen": ""})
    (absence,) = TimeOff.objects.all()

    desk_of.post(reverse("staff:give_back", args=[absence.pk]))

    assert not TimeOff.objects.exists()
    assert AuditEvent.objects.filter(action="booking.give_back_time").exists()
    assert times_on(THURSDAY_9.date()) == 6


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until_at": "7 am"}, "It must end after it begins"),
        ({"since_day": "2026-11-01", "until_day": "2026-11-02"}, "It has passed already"),
        ({"since_day": "2027-03-14", "since_at": "2:30 am", "until_day": "2027-03-15"}, "The clocks skip this time"),
        ({"reason": ""}, "Choose why"),
    ],
)
def test_time_off_that_cannot_be_is_refused(
    desk_of: Client, clinician: User, wrong: dict[str, str], words: str
) -> None:
    response = desk_of.post(reverse("staff:away", args=[clinician.pk]), AWAY | wrong | {"seen": ""})

    assert response.status_code == 422
    assert words in words_of(response)
    assert not TimeOff.objects.exists()


def test_ending_hours_shows_whom_it_affects_unless_other_hours_cover_them(
    desk_of: Client, clinician: User, visit: Appointment
) -> None:
    rule = Availability.objects.get(clinician=clinician, weekday=3)
    page, told = reverse("staff:end_hours", args=[rule.pk]), {"last_day": "2026-12-02"}

    first = desk_of.post(page, told)
    rule.refresh_from_db()
    assert ([each.pk for each in first.context["touched"]], rule.valid_to) == ([visit.pk], None)
    Availability.objects.create(
        clinician=clinician, weekday=3, opens=rule.opens, closes=rule.closes, time_zone=rule.time_zone,
        modes=["phone"], valid_from=date(2026, 1, 1),
    )  # fmt: skip
    assert desk_of.post(page, told).context["touched"] == []
    desk_of.post(page, told | {"seen": ""})
    rule.refresh_from_db()
    assert rule.valid_to == date(2026, 12, 2)


def test_a_holiday_shows_whom_it_affects(desk_of: Client, clinician: User, visit: Appointment) -> None:
    told = {"day": "2026-12-03", "location": "midtown", "name": "Day of rest"}

    first = desk_of.post(reverse("staff:holidays"), told)
    elsewhere = desk_of.post(reverse("staff:holidays"), told | {"location": "harbor"})
    assert not Holiday.objects.exists()
    desk_of.post(reverse("staff:holidays"), told | {"seen": first.context["seen"]})
    visit.refresh_from_db()

    assert [each.pk for each in first.context["touched"]] == [visit.pk]
    assert elsewhere.context["touched"] == []
    assert (Holiday.objects.get().name, visit.state) == ("Day of rest", "booked")


def test_a_closed_day_can_be_opened_again(desk_of: Client, clinician: User) -> None:
    closed = availability_actions.close_for_holiday(day=THURSDAY_9.date(), name="A slip", by=system("test"))
    assert times_on(THURSDAY_9.date()) == 0

    desk_of.post(reverse("staff:open_again", args=[closed.pk]))

    assert times_on(THURSDAY_9.date()) == 6
    assert AuditEvent.objects.filter(action="booking.open_again").exists()


def test_where_a_clinician_is_licensed_is_said_by_its_name(desk_of: Client, clinician: User) -> None:
    page = desk_of.get(reverse("staff:hours_of", args=[clinician.pk])).content.decode()

    assert "Licensed in California" in page
    assert "US-CA" not in page


def test_languages_are_kept_and_taken_back(desk_of: Client, clinician: User) -> None:
    page = reverse("staff:languages", args=[clinician.pk])

    desk_of.post(page, {"codes": ["es", "vi"]})
    desk_of.post(page, {"codes": ["es"]})

    assert list(clinician.languages.values_list("code", flat=True)) == ["es"]
    assert "Speaks English, Spanish" in words_of(desk_of.get(reverse("staff:hours_of", args=[clinician.pk])))


def test_a_video_address_is_kept_encrypted_and_taken_away(desk_of: Client, clinician: User) -> None:
    page, room = reverse("staff:video", args=[clinician.pk]), "https://video.example.test/room-7"

    refused = [desk_of.post(page, {"address": each}).status_code for each in ("http://a.test/", "javascript:x", "room")]
    desk_of.post(page, {"address": room})
    shown = words_of(desk_of.get(reverse("staff:hours_of", args=[clinician.pk])))
    with connection.cursor() as cursor:
        cursor.execute("SELECT address::text FROM booking_joiningaddress")
        stored = str(cursor.fetchall())
    desk_of.post(page, {"address": ""})

    assert refused == [422, 422, 422]
    assert (room in shown, "video.example" in stored) == (True, False)
    assert not JoiningAddress.objects.exists()
    assert "video.example" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_whom_a_page_of_hours_names_is_on_the_record(desk_of: Client, clinician: User, visit: Appointment) -> None:
    desk_of.post(reverse("staff:away", args=[clinician.pk]), AWAY)

    assert AuditEvent.objects.get(action="staff.see_hours").detail["shown"] == [visit.reference]


def test_the_by_line_of_every_change_is_the_scheduler(
    desk_of: Client, clinician: User, staff: Callable[[Role], User]
) -> None:
    desk_of.post(reverse("staff:add_hours", args=[clinician.pk]), HOURS | {"save": "1"})

    line = AuditEvent.objects.filter(action="booking.offer_times").latest("id")
    assert line.actor == staff(Role.SCHEDULER).actor.ref != system("test").ref


def test_hours_that_are_saved_twice_are_there_once(desk_of: Client, clinician: User) -> None:
    page, before = reverse("staff:add_hours", args=[clinician.pk]), Availability.objects.count()

    answers = [desk_of.post(page, HOURS | {"save": "1"}).status_code for _ in range(2)]
    previewed = desk_of.post(page, HOURS)

    assert (answers, Availability.objects.count()) == ([302, 302], before + 1)
    assert (previewed.status_code, "These hours are there already." in words_of(previewed)) == (422, True)
