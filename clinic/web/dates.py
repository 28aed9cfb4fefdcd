"""Days and clock times in words, in the order and the letters of the language of the page."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

AMERICAN = frozenset({None, "en", "en-us"})
"""Languages in which we say it ourselves; every other one has its formats in Django."""


def clock(local: datetime | time) -> str:
    """`2:20 pm`, of a moment that is local already."""
    if get_language() in AMERICAN:
        return f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"
    return time_format(local, "TIME_FORMAT")


def short_clock(local: datetime | time) -> str:
    """`2 pm`, or `2:20 pm` when there are minutes."""
    if get_language() in AMERICAN and not local.minute:
        return f"{local.hour % 12 or 12} {'am' if local.hour < 12 else 'pm'}"
    return clock(local)


def long_day(day: date) -> str:
    """`December 3, 2026`."""
    return f"{day:%B} {day.day}, {day.year}" if get_language() in AMERICAN else date_format(day, "DATE_FORMAT")


def month_day(day: date) -> str:
    """`December 3`."""
    return f"{day:%B} {day.day}" if get_language() in AMERICAN else date_format(day, "MONTH_DAY_FORMAT")


def short_month_day(day: date) -> str:
    """`Dec 3`."""
    return f"{day:%b} {day.day}" if get_language() in AMERICAN else date_format(day, "MONTH_DAY_FORMAT")


def short_day_and_year(day: date) -> str:
    """`Dec 3, 2026`."""
    if get_language() in AMERICAN:
        return f"{day:%b} {day.day}, {day.year}"
    return date_format(day, "SHORT_DATE_FORMAT")


def weekday(day: date) -> str:
    """`Thursday`."""
    return f"{day:%A}" if get_language() in AMERICAN else date_format(day, "l")


def short_weekday(day: date) -> str:
    """`Thu`."""
    return f"{day:%a}" if get_language() in AMERICAN else date_format(day, "D")


def day_in_words(day: date) -> str:
    """`Thursday, December 3`."""
    return _("%(weekday)s, %(day)s") % {"weekday": weekday(day), "day": month_day(day)}


def short_day(day: date) -> str:
    """`Thu, Dec 3`."""
    return _("%(weekday)s, %(day)s") % {"weekday": short_weekday(day), "day": short_month_day(day)}


def day_and_clock(day: str, clock: str) -> str:
    """`Thursday, December 3 at 2:20 pm`, of the two in words."""
    return _("%(day)s at %(clock)s") % {"day": day, "clock": clock}
