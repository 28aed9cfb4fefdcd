"""Offsets: each word of the protocol's, days and months on the patient's clock, working days on the clinic's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.followups.offsets import (
    After,
    Days,
    EachTime,
    Hours,
    Months,
    NotAnOffset,
    Repeated,
    WorkingDays,
    due_times,
    parse,
)
from screening.loader import published

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CLINIC = Hours((0, 1, 2, 3, 4), 8, 18, LOS_ANGELES)
WEDNESDAY = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)


def due(text: str, start: datetime, zone: ZoneInfo = LOS_ANGELES) -> datetime:
    (moment,) = due_times(parse(text), start=start, zone=zone, hours=CLINIC)
    return moment


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("0 min", After(timedelta(0))),
        ("60 min", After(timedelta(hours=1))),
        ("24 h", After(timedelta(hours=24))),
        ("-72 h", After(timedelta(hours=-72))),
        ("0 d", Days(0)),
        ("7 d", Days(7)),
        ("1 w", Days(7)),
        ("12 w", Days(84)),
        ("12 mo", Months(12)),
        ("same business day", WorkingDays(0)),
        ("1 business day", WorkingDays(1)),
        ("2 business days", WorkingDays(2)),
        ("every session", EachTime()),
        ("4 w, then every 4 w for 3 months, then every 12 w", Repeated(Days(28), Days(28), Months(3), Days(84))),
    ],
)
def test_each_kind_of_offset_is_read(text: str, offset: object) -> None:
    assert parse(text) == offset


@pytest.mark.parametrize("text", ["", "soon", "24", "24h", "1.5 h", "24 hours", "every week", "7 d and more", "x 7 d"])
def test_what_does_not_say_when_is_refused(text: str) -> None:
    with pytest.raises(NotAnOffset):
        parse(text)


def test_every_offset_of_the_protocol_is_read() -> None:
    offsets = {plan.id: parse(plan.offset) for plan in published("2026-11").followups}

    assert len(offsets) == 42
    assert {type(offset) for offset in offsets.values()} == {After, Days, Months, WorkingDays, EachTime, Repeated}


def test_hours_are_so_many_hours_when_the_clocks_change() -> None:
    saturday = here("2027-03-13T10:00")

    assert due("24 h", saturday) == saturday.astimezone(UTC) + timedelta(hours=24) == here("2027-03-14T11:00")


def test_days_keep_the_time_on_the_clock_when_the_clocks_change() -> None:
    assert due("7 d", here("2027-03-10T10:00")) == here("2027-03-17T10:00")
    assert due("1 w", here("2026-10-28T10:00")) == here("2026-11-04T10:00")


def test_a_time_that_the_clocks_skip_is_the_one_an_hour_later() -> None:
    assert due("1 w", here("2027-03-07T02:30")) == here("2027-03-14T03:30")


@pytest.mark.parametrize(
    ("start", "later"),
    [
        ("2026-12-02T10:00", "2027-12-02T10:00"),
        ("2028-02-29T10:00", "2029-02-28T10:00"),
        ("2026-12-31T23:30", "2027-12-31T23:30"),
    ],
)
def test_months_stay_on_the_day_or_the_last_one_there_is(start: str, later: str) -> None:
    assert due("12 mo", here(start)) == here(later)


@pytest.mark.parametrize(
    ("start", "offset", "moment"),
    [
        ("2026-12-02T10:00", "same business day", "2026-12-02T10:00"),
        ("2026-12-02T06:00", "same business day", "2026-12-02T08:00"),
        ("2026-12-02T18:00", "same business day", "2026-12-03T08:00"),
        ("2026-12-04T18:01", "same business day", "2026-12-07T08:00"),
        ("2026-12-05T10:00", "same business day", "2026-12-07T08:00"),
        ("2026-12-02T10:00", "2 business days", "2026-12-04T08:00"),
        ("2026-12-03T10:00", "2 business days", "2026-12-07T08:00"),
        ("2026-12-04T19:00", "2 business days", "2026-12-09T08:00"),
        ("2026-12-02T10:00", "5 business days", "2026-12-09T08:00"),
        ("2027-03-11T10:00", "2 business days", "2027-03-15T08:00"),
    ],
)
def test_working_days_are_the_clinics(start: str, offset: str, moment: str) -> None:
    in_new_york = ZoneInfo("America/New_York")

    assert due(offset, here(start), in_new_york) == here(moment)


def test_a_repeated_offset_is_every_four_weeks_for_three_months_then_every_twelve() -> None:
    start = here("2026-12-01T10:00")

    moments = due_times(
        parse("4 w, then every 4 w for 3 months, then every 12 w"),
        start=start,
        zone=LOS_ANGELES,
        hours=CLINIC,
        until=start + timedelta(days=366),
    )

    assert [(moment.astimezone(LOS_ANGELES).date() - start.date()).days for moment in moments] == [
        *(28, 56, 84),
        *(168, 252, 336),
    ]
    assert {moment.astimezone(LOS_ANGELES).hour for moment in moments} == {10}


def test_a_repeated_offset_is_not_counted_for_ever() -> None:
    with pytest.raises(ValueError, match="until"):
        due("4 w, then every 4 w for 3 months, then every 12 w", WEDNESDAY)


def test_every_session_is_due_with_the_session() -> None:
    assert due("every session", WEDNESDAY) == WEDNESDAY


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.integers(0, 10),
)
def test_a_working_day_is_never_before_the_start_nor_when_the_clinic_is_closed(start: datetime, days: int) -> None:
    moment = due(f"{days} business days", start).astimezone(LOS_ANGELES)

    assert moment >= start
    assert moment.weekday() < 5
    assert 8 <= moment.hour < 18
