"""Quiet hours: 21:00 to 08:00 where the patient is, over every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.notifications.hours import quiet_until, zone_named, zone_of
from clinic.patients.models import Patient

ZONES = ["America/Los_Angeles", "America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("local", "morning"),
    [
        ("2026-12-02T20:59:59", None),
        ("2026-12-02T21:00:00", "2026-12-03T08:00:00"),
        ("2026-12-02T23:59:59", "2026-12-03T08:00:00"),
        ("2026-12-03T00:00:00", "2026-12-03T08:00:00"),
        ("2026-12-03T07:59:59", "2026-12-03T08:00:00"),
        ("2026-12-03T08:00:00", None),
    ],
)
def test_the_night_lasts_from_nine_to_eight(local: str, morning: str | None) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)

    until = quiet_until(moment, NEW_YORK)

    assert until == (datetime.fromisoformat(morning).replace(tzinfo=NEW_YORK) if morning else None)


@pytest.mark.parametrize(
    ("evening", "hours_of_night"),
    [("2027-03-13T21:00:00", 10), ("2026-10-31T21:00:00", 12), ("2026-12-02T21:00:00", 11)],
)
def test_the_morning_is_at_eight_when_the_clocks_change(evening: str, hours_of_night: int) -> None:
    start = datetime.fromisoformat(evening).replace(tzinfo=NEW_YORK)

    until = quiet_until(start, NEW_YORK)

    assert until is not None
    assert (until.hour, until.minute) == (8, 0)
    assert until.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours_of_night)


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
)
def test_what_is_put_off_is_never_put_off_again(moment: datetime, zone: str) -> None:
    until = quiet_until(moment, ZoneInfo(zone))

    if until is not None:
        assert timedelta(0) < until - moment <= timedelta(hours=12)
        assert quiet_until(until, ZoneInfo(zone)) is None


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "America", "\x00"])
def test_a_zone_that_is_none_is_the_clinics(name: str) -> None:
    assert zone_named(name).key == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("chosen", "region", "zone"),
    [
        ("", "US-NY", "America/New_York"),
        ("", "US-AZ", "America/Phoenix"),
        ("", "US-TX", "America/Los_Angeles"),
        ("", "", "America/Los_Angeles"),
        ("Asia/Kathmandu", "US-NY", "Asia/Kathmandu"),
        ("Mars/Olympus", "", "America/Los_Angeles"),
    ],
)
def test_who_chose_no_clock_lives_by_that_of_their_state(chosen: str, region: str, zone: str) -> None:
    assert zone_of(Patient(time_zone=chosen, region=region)).key == zone
