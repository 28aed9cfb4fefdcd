"""The latest day that words about stopping allow, form by form and at both ends of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from screening.medicine_dates import last_taken

ON = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("stopped october 3, 2025", date(2025, 10, 3)),
        ("stopped may 4 2024", date(2024, 5, 4)),
        ("stopped 4th of may", date(2026, 5, 4)),
        ("stopped 24 dec", date(2025, 12, 24)),
        ("stopped 20 november", ON),
        ("stopped november 20", ON),
        ("stopped 21 november", date(2025, 11, 21)),
        ("stopped 30/10/26", date(2026, 10, 30)),
        ("stopped 10/30/99", date(2099, 10, 30)),
        ("stopped 1/1/100", None),
        ("stopped 11/12/2026", date(2026, 11, 12)),  # the other way round it is in the future
        ("stopped 11/20/2026", ON),
        ("stopped 12/11/2026", date(2026, 11, 12)),
        ("stopped 12/12/2027", date(2027, 12, 12)),
        ("stopped 1/2027", date(2027, 1, 31)),
        ("stopped 1/2026", date(2026, 1, 31)),
        ("stopped 12/2025", date(2025, 12, 31)),
        ("stopped 2025-12", date(2025, 12, 31)),
        ("stopped 2025/01", date(2025, 1, 31)),
        ("stopped 11/2026", ON),
        ("stopped 2026-11", ON),
        ("stopped nov 2026", ON),
        ("stopped 13/2025", None),
        ("stopped 2025-13", None),
        ("stopped 0/2025", None),
        ("stopped in 2026", ON),
        ("stopped in 2027", date(2027, 12, 31)),
        ("stopped last night", date(2026, 11, 19)),
        ("stopped this morning", ON),
        ("stopped tonight", ON),
        ("stopped this week", ON),
        ("stopped this month", ON),
        ("stopped this year", ON),
        ("stopped 1 to 3 days ago", date(2026, 11, 19)),
        ("stopped a week ago", date(2026, 11, 13)),
        ("stopped 1.5 weeks ago", date(2026, 11, 10)),
        ("stopped 9 months ago", date(2026, 2, 20)),
        ("stopped 2025 years ago", date(1, 11, 20)),
        ("stopped 2026 years ago", None),
        ("in may i started, then stopped", None),
        ("in may i stopped", date(2026, 5, 31)),
        ("quit in april, started in may", date(2026, 4, 30)),
        ("started in april, quit in may", date(2026, 5, 31)),
    ],
)
def test_words_are_read_as_the_latest_day_they_allow(words: str, day: date | None) -> None:
    assert last_taken(words, on=ON) == day


@pytest.mark.parametrize(
    ("words", "on", "day"),
    [
        ("stopped 3/4/2026", None, date(2026, 4, 3)),
        ("stopped march 2025", None, date(2025, 3, 31)),
        ("stopped 3/2025", None, date(2025, 3, 31)),
        ("stopped in 2025", None, date(2025, 12, 31)),
        ("stopped in march", None, None),
        ("stopped in 2026", date(2026, 1, 1), date(2026, 1, 1)),
        ("stopped in 2026", date(2026, 1, 15), date(2026, 1, 15)),
        ("stopped in november", date(2026, 11, 1), date(2026, 11, 1)),
        ("stopped in november", date(2026, 11, 30), date(2026, 11, 30)),
        ("stopped 1 month ago", date(2026, 3, 31), date(2026, 2, 28)),
        ("stopped 1 month ago", date(2024, 3, 31), date(2024, 2, 29)),
        ("stopped 1 month ago", date(2026, 1, 31), date(2025, 12, 31)),
        ("stopped 2 months ago", date(2026, 7, 31), date(2026, 5, 31)),
        ("stopped 12 months ago", date(2024, 2, 29), date(2023, 2, 28)),
        ("stopped 1 day ago", date(1, 1, 2), date(1, 1, 1)),
        ("stopped 2 days ago", date(1, 1, 2), None),
        ("stopped 1 day ago", date(1, 1, 1), None),
        ("stopped 1 month ago", date(1, 1, 31), None),
        ("stopped 1 month ago", date(1, 2, 28), date(1, 1, 28)),
        ("stopped 0 days ago", date.max, date.max),
        ("stopped 1 year ago", date.max, date(9998, 12, 31)),
        ("stopped 0 months ago", date.max, date.max),
        ("stopped 9999-12-31", ON, date.max),
        ("stopped 0001-01-01", ON, date.min),
        ("stopped december 9999", ON, date.max),
        ("stopped january 0001", ON, date(1, 1, 31)),
        ("stopped january 0000", ON, None),
        ("stopped last year", date(1, 5, 5), None),
        ("stopped last month", date(2026, 3, 1), date(2026, 2, 28)),
        ("stopped last week", date(2026, 11, 16), date(2026, 11, 15)),
        ("stopped last friday", date(2026, 11, 21), date(2026, 11, 20)),
        ("stopped 29 february", date(2026, 3, 1), None),
        ("stopped 29 february", date(2024, 3, 1), date(2024, 2, 29)),
    ],
)
def test_the_ends_of_months_and_of_the_calendar(words: str, on: date | None, day: date | None) -> None:
    assert last_taken(words, on=on) == day
