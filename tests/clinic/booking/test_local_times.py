"""Local times become moments: clocks that skip or repeat an hour neither lose, double nor invent a slot."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.booking.local_times import moment, slots_on

MINUTE = timedelta(minutes=1)
ZONES = [
    "America/Los_Angeles",
    "America/New_York",
    "America/Phoenix",
    "America/St_Johns",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
]


def changes(zone: str, year: int) -> list[date]:
    """The local days of a year on which the clocks of a zone change."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    offset = {d: datetime.combine(d, time(0), ZoneInfo(zone)).utcoffset() for d in days}
    return [day for day in offset if day + timedelta(1) in offset and offset[day] != offset[day + timedelta(1)]]


CHANGES = [(zone, day) for zone in ZONES for year in (2011, 2018, 2026, 2027, 2028) for day in changes(zone, year)]
around_a_change = st.builds(
    lambda change, off: (change[0], change[1] + timedelta(days=off)), st.sampled_from(CHANGES), st.integers(-1, 1)
)
hours = st.tuples(st.integers(0, 24 * 12 - 2), st.integers(1, 24 * 12)).map(
    lambda pair: (pair[0] * 5, min(pair[0] * 5 + pair[1] * 5, 24 * 60 - 1))
)
lengths = st.integers(1, 18).map(lambda n: n * 5 * MINUTE)
gaps = st.integers(0, 6).map(lambda n: n * 5 * MINUTE)


def as_time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def first_moments(day: date, zone: ZoneInfo) -> dict[datetime, datetime]:
    """Found the slow way, minute by minute along UTC: when clocks first show each local minute of a day."""
    begin = datetime.combine(day, time(0), UTC) - timedelta(hours=16)
    shown: dict[datetime, datetime] = {}
    for n in range(56 * 60):
        at = begin + n * MINUTE
        local = at.astimezone(zone).replace(tzinfo=None)
        if local.date() == day:
            shown.setdefault(local, at)
    return shown


@given(around_a_change, hours, lengths, gaps)
@example(("America/Los_Angeles", date(2026, 3, 8)), (60, 300), 20 * MINUTE, 0 * MINUTE)
@example(("America/Los_Angeles", date(2026, 11, 1)), (0, 300), 20 * MINUTE, 0 * MINUTE)
@example(("America/Los_Angeles", date(2026, 3, 8)), (120, 160), 20 * MINUTE, 0 * MINUTE)
@example(("America/Los_Angeles", date(2026, 3, 8)), (90, 400), 50 * MINUTE, 0 * MINUTE)
def test_every_local_time_that_exists_is_offered_once_and_no_other(
    zone_and_day: tuple[str, date], opening: tuple[int, int], length: timedelta, gap: timedelta
) -> None:
    name, day = zone_and_day
    zone, (opens, closes) = ZoneInfo(name), map(as_time, opening)
    hours = {"opens": opens, "closes": closes, "zone": zone, "length": length, "gap": gap}

    assert list(slots_on(day, **hours)) == found_slowly(day, **hours)


def found_slowly(
    day: date, *, opens: time, closes: time, zone: ZoneInfo, length: timedelta, gap: timedelta
) -> list[tuple[datetime, datetime]]:
    last, shown = datetime.combine(day, closes), first_moments(day, zone)
    found: list[tuple[datetime, datetime]] = []
    local = datetime.combine(day, opens)
    while local + length <= last:
        start = shown.get(local)
        if start and (not found or start >= found[-1][1] + gap):
            end = start + length
            if end.astimezone(zone).replace(tzinfo=None) <= last:
                found.append((start, end))
        local += length + gap
    return found


def test_so_it_is_on_every_change_of_ten_zones_and_five_years() -> None:
    wrong = []
    for name, day in CHANGES:
        hours = {"opens": time(0), "closes": time(23, 59), "zone": ZoneInfo(name), "length": 20 * MINUTE}
        if list(slots_on(day, **hours, gap=5 * MINUTE)) != found_slowly(day, **hours, gap=5 * MINUTE):
            wrong.append((name, day))

    assert wrong == []
    assert len(CHANGES) > 60


@given(around_a_change, hours, lengths, gaps)
def test_slots_of_a_day_never_overlap_and_keep_their_pause(
    zone_and_day: tuple[str, date], opening: tuple[int, int], length: timedelta, gap: timedelta
) -> None:
    name, day = zone_and_day
    opens, closes = map(as_time, opening)

    spans = slots_on(day, opens=opens, closes=closes, zone=ZoneInfo(name), length=length, gap=gap)

    assert all(end - start == length for start, end in spans)
    assert all(after[0] >= before[1] + gap for before, after in zip(spans, spans[1:], strict=False))


def test_a_skipped_local_time_is_never() -> None:
    assert moment(datetime.fromisoformat("2026-03-08T02:30"), ZoneInfo("America/Los_Angeles")) is None


def test_a_repeated_local_time_is_the_first_of_the_two() -> None:
    assert moment(datetime.fromisoformat("2026-11-01T01:30"), ZoneInfo("America/Los_Angeles")) == datetime(
        2026, 11, 1, 8, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(("day", "hours_long"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_the_day_of_a_change_is_used_as_it_is(day: date, hours_long: int) -> None:
    spans = slots_on(
        day,
        opens=time(0),
        closes=time(23, 59),
        zone=ZoneInfo("America/Los_Angeles"),
        length=timedelta(hours=1),
        gap=timedelta(),
    )

    assert len(spans) == min(hours_long, 24) - 1
