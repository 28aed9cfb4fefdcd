"""The table of a day or a week: every appointment once, in the row of its time, and what is free beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import availability_actions
from clinic.booking.board import Asked, Board, Item, board
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
ZONE = "America/Los_Angeles"
SECOND = date(2026, 12, 2)
Make = Callable[..., Appointment]
At = Callable[..., datetime]


def shown(now: datetime, view: str = "day", by: str = "clinician", which: str = "", first: date = SECOND) -> Board:
    return board(Asked(first, view, by, which), zone=ZONE, now=now)


def items(found: Board, kind: str) -> list[tuple[str, str, Item]]:
    every = [(row.clock, cell.head, each) for row in found.rows for cell in row.cells for each in cell.items]
    return [each for each in every if each[2].kind == kind]


def test_a_day_has_a_column_for_each_clinician_and_a_row_for_each_time(
    make_clinician: Callable[..., User], now: datetime
) -> None:
    make_clinician("Dr. Osei"), make_clinician("Dr. Lee", opens=time(10), closes=time(12))

    found = shown(now)

    assert [each.head for each in found.columns] == ["Dr. Lee", "Dr. Osei"]
    assert [row.clock for row in found.rows][:3] == ["9:00 am", "9:20 am", "9:40 am"]
    assert len(items(found, "free")) == 12


def test_an_appointment_takes_the_place_of_what_was_free(
    clinician: User, patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    book(hold(patient, clinician, at(2, 9, 20)))

    found = shown(now)

    ((clock, _, item),) = items(found, "visit")
    assert (clock, item.entry.called, item.entry.code) == ("9:20 am", "Maya", "booked")
    assert "9:20 am" not in [clock for clock, _, _ in items(found, "free")]


def test_a_narrow_screen_has_a_list_for_each_clinician_of_what_begins_when(
    make_clinician: Callable[..., User], patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    make_clinician("Dr. Osei")
    lee = make_clinician("Dr. Lee", opens=time(10), closes=time(12))
    book(hold(patient, lee, at(2, 10, 20)))

    (who, lines), (other, _) = shown(now).agendas

    assert (who, other) == ("Dr. Lee", "Dr. Osei")
    assert [(line.clock, [each.kind for each in line.items]) for line in lines][:3] == [
        ("10:00 am", ["free"]), ("10:20 am", ["visit"]), ("10:40 am", ["free"]),
    ]  # fmt: skip


def test_a_long_absence_is_said_in_every_row_it_covers(clinician: User, now: datetime, at: At) -> None:
    other = {"reason": "leave", "by": system("test")}
    availability_actions.take_time_off(clinician=clinician, since=at(2, 9, 40), until=at(2, 10, 20), **other)

    found = shown(now)

    assert [clock for clock, _, _ in items(found, "off")] == ["9:40 am"]
    assert [clock for clock, _, _ in items(found, "free")] == ["9:00 am", "9:20 am", "10:20 am", "10:40 am"]


def test_what_is_free_says_the_words_that_find_it_again(clinician: User, now: datetime) -> None:
    assert items(shown(now), "free")[0][2].say == "2026-12-02 at 09:00 clinic time, Dr. Ama Osei"


def test_a_week_has_a_column_for_each_day(
    clinician: User, patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    book(hold(patient, clinician, at(3, 9)))

    found = shown(now, "week", which=str(clinician.pk), first=date(2026, 11, 30))

    assert [each.head for each in found.columns][:4] == ["Mon, Nov 30", "Tue, Dec 1", "Wed, Dec 2", "Thu, Dec 3"]
    assert [(clock, head) for clock, head, _ in items(found, "visit")] == [("9:00 am", "Thu, Dec 3")]


def test_a_place_shows_only_what_happens_there(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: At
) -> None:
    book(hold(make_patient(), clinician, at(2, 9)))
    book(hold(make_patient(), clinician, at(2, 9, 20), mode="in_person", location="midtown"))

    by_place, week = shown(now, by="location"), shown(now, "week", "location", "midtown", first=date(2026, 11, 30))

    assert [head for _, head, _ in items(by_place, "visit")] == ["By phone or video", "Midtown"]
    assert [clock for clock, _, _ in items(week, "visit")] == ["9:20 am"]


def test_what_has_passed_is_not_free(clinician: User, now: datetime, at: At) -> None:
    assert [clock for clock, _, _ in items(shown(at(2, 10)), "free")] == ["10:00 am", "10:20 am", "10:40 am"]


@pytest.mark.parametrize("people", [1, 5])
def test_the_table_takes_a_constant_number_of_queries(
    make_clinician: Callable[..., User],
    make_patient: Callable[..., Patient],
    hold: Make,
    book: Make,
    now: datetime,
    at: At,
    people: int,
) -> None:
    for number in range(people):
        book(hold(make_patient(), make_clinician(f"Dr. {number}"), at(2, 9)))

    with CaptureQueriesContext(connection) as queries:
        shown(now)

    assert len(queries) == 14


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 3, 8)])
def test_a_day_on_which_the_clocks_change_has_each_free_time_once(
    make_clinician: Callable[..., User], day: date
) -> None:
    make_clinician(weekdays=[6], opens=time(0), closes=time(5))
    begin = datetime.combine(day, time(0)).astimezone() - timedelta(days=2)

    found = shown(begin, first=day)

    local = [clock for clock, _, _ in items(found, "free")]
    assert local
    assert len(local) == len(set(local))
