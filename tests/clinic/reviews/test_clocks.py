"""The clock of a review: only while the clinic is open, and not while the patient is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.reviews.clocks import after_open_time, due_after_answer, open_time, part_used

ZONE = ZoneInfo("America/Los_Angeles")
HOUR = timedelta(hours=1)


def at(day: int, hour: int, month: int = 12) -> datetime:
    """An hour in 2026 at the clinic; December 1 is a Tuesday."""
    return datetime(2026, month, day, hour, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(1, 9), at(1, 12), 3),
        (at(1, 17), at(2, 9), 2),
        (at(4, 17), at(7, 9), 2),
        (at(5, 9), at(6, 17), 0),
        (at(1, 12), at(1, 9), 0),
        (at(30, 8, 10), at(2, 9, 11), 11),
    ],
    ids=["within a day", "over a night", "over a weekend", "on a weekend", "backwards", "over the change of clocks"],
)
def test_only_opening_hours_count(start: datetime, end: datetime, hours: int) -> None:
    assert open_time(start, end) == hours * HOUR


moments = st.integers(0, 330 * 24 * 60).map(lambda minutes: at(1, 0, month=1) + timedelta(minutes=minutes))


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=4)))
def test_after_so_much_open_time_exactly_so_much_has_passed(start: datetime, span: timedelta) -> None:
    assert open_time(start, after_open_time(start, span)) == span


def test_the_clock_stands_still_while_the_patient_is_asked() -> None:
    asked, due, answered = at(1, 10), at(2, 18), at(14, 9)

    assert due_after_answer(priority="P3", old_due_at=due, asked_at=asked, now=answered) == at(15, 17)


def test_an_answer_that_is_more_pressing_is_due_sooner() -> None:
    due = due_after_answer(priority="P0", old_due_at=at(7, 18), asked_at=at(1, 10), now=at(2, 10))

    assert due == at(2, 11)


def test_an_answer_that_is_less_pressing_is_not_due_later_than_before() -> None:
    due = due_after_answer(priority="P4", old_due_at=at(1, 11), asked_at=at(1, 10), now=at(2, 10))

    assert due == at(2, 11)


@pytest.mark.parametrize(("now", "part"), [(at(1, 8), 0.0), (at(1, 13), 0.5), (at(1, 18), 1.0), (at(3, 9), 1.0)])
def test_how_much_of_the_time_is_over(now: datetime, part: float) -> None:
    assert part_used(since=at(1, 8), due=at(1, 18), now=now) == part
