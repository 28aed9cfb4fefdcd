"""Time zones and moments in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clinic.booking import zones
from clinic.patients.models import Patient


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (
            datetime(2026, 12, 3, 22, 20, tzinfo=UTC),
            "America/Los_Angeles",
            "Thursday, December 3 at 2:20 pm Pacific Time",
        ),
        (datetime(2026, 12, 3, 22, 20, tzinfo=UTC), "Europe/Berlin", "Thursday, December 3 at 11:20 pm Berlin time"),
        (
            datetime(2026, 12, 3, 20, 0, tzinfo=UTC),
            "America/Los_Angeles",
            "Thursday, December 3 at 12:00 pm Pacific Time",
        ),
        (
            datetime(2026, 12, 3, 8, 5, tzinfo=UTC),
            "America/Los_Angeles",
            "Thursday, December 3 at 12:05 am Pacific Time",
        ),
    ],
)
def test_a_moment_reads_as_people_say_it(moment: datetime, zone: str, words: str) -> None:
    assert zones.in_words(moment, zone) == words


def test_a_time_shown_twice_in_one_night_says_which_it_is() -> None:
    clocks = [zones.clock(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), "America/Los_Angeles") for hour in (8, 9)]

    assert clocks == ["1:30 am", "1:30 am, after the clocks go back"]


@pytest.mark.parametrize(
    ("day", "zone", "change"),
    [
        (date(2026, 3, 8), "America/Los_Angeles", "forward"),
        (date(2026, 11, 1), "America/Los_Angeles", "back"),
        (date(2026, 11, 1), "America/Phoenix", ""),
        (date(2026, 11, 2), "America/Los_Angeles", ""),
        (date(2026, 10, 25), "Europe/London", "back"),
    ],
)
def test_a_day_on_which_the_clocks_change_is_known(day: date, zone: str, change: str) -> None:
    assert zones.clocks_change_on(day, zone) == change


@pytest.mark.parametrize("wrong", ["", "Mars/Base", "../../etc/passwd", "America", "a" * 10_000])
def test_what_is_no_time_zone_is_not_known(wrong: str) -> None:
    assert not zones.is_known(wrong)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("pacific time", "America/Los_Angeles"),
        ("Japan", "Asia/Tokyo"),
        ("sao paulo", "America/Sao_Paulo"),
    ],
)
def test_a_search_finds_zones_by_city_country_and_american_name(words: str, zone: str) -> None:
    assert zone in dict(zones.search(words))


@pytest.mark.parametrize("words", ["", "   ", "zzzz"])
def test_a_search_for_nothing_finds_nothing(words: str) -> None:
    assert zones.search(words) == []


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ({"time_zone": "Europe/London", "region": "US-CA"}, "Europe/London"),
        ({"time_zone": "Nowhere", "region": "US-NY"}, "America/New_York"),
        ({"region": "US-AZ"}, "America/Phoenix"),
        ({"region": ""}, "America/Los_Angeles"),
    ],
)
def test_a_patient_is_first_shown_their_own_zone_then_that_of_their_state(told: dict[str, str], zone: str) -> None:
    assert zones.of_patient(Patient(**told)) == zone
