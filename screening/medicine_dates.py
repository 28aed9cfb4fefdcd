"""The latest day on which a medicine can have been taken, from words such as "3 weeks ago" or "in march".

Always the latest day that the words allow, so that a look-back is never too short; None when they allow no date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTS: Final = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
}
_COUNT: Final = r"(\d{1,4}(?:\.\d)?|(?:" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")(?=[ -]))"
_UNIT: Final = r"(days?|d|weeks?|wks?|w|months?|mos?|years?|yrs?|y)"
_AGO: Final = re.compile(rf"\b{_COUNT}(?: ?(?:-|to|or) ?{_COUNT})?[ -]?{_UNIT} (?:ago|back)\b")
_OFF_FOR: Final = re.compile(rf"\boff\b.{{0,20}}?\b(?:for )?{_COUNT}(?: ?(?:-|to|or) ?{_COUNT})?[ -]?{_UNIT}\b")
_SHORTER: Final = re.compile(
    r"\b(?:less than|under|within|almost|nearly|not even|up to|not quite|in the (?:last|past)|half|few|several|some)"
    r" (?:\S{1,12} ){0,2}\Z"
)
_ISO: Final = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_SLASHED: Final = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_DAY_MONTH: Final = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}\b,?(?: (\d{{4}}))?")
_MONTH_DAY: Final = re.compile(rf"\b{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:),?(?: (\d{{4}}))?")
_IN_MONTH: Final = re.compile(rf"\b(?:in|since|last|of|during|early|late|mid|until|till)[ -]{_MONTH}\b")
_MONTH_YEAR: Final = re.compile(rf"\b{_MONTH},? (\d{{4}})\b")
_MONTH_NUMBER: Final = re.compile(r"\b(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))\b")
_YEAR: Final = re.compile(r"\b(?:in|since|during|until|till|early|late|mid) ((?:19|20)\d\d)\b")
_LAST: Final = re.compile(rf"\b(?:last|this past|on) ({'|'.join(_DAYS)})\b")
_ANCHOR: Final = re.compile(
    r"\b(?:stopped|quit|discontinued|ended|finished|ceased|off|weaned|tapered|last (?:took|taken|dose|used|had|one))\b"
)
_STARTED: Final = re.compile(r"\b(?:started|start|began|begun|been on|since)\b")


def last_taken(text: str, *, on: date | None) -> date | None:
    """The latest day on which a medicine can have been taken, going by words about stopping or the last dose.

    Args:
        text: what a person wrote about one medicine, in lower case, of bounded length.
        on: the day the words are read, or None when it is not known: then only full dates count.

    Returns:
        A date (which may lie in the future when one was written), or None when the words give none.
    """
    anchor = _ANCHOR.search(text)
    if anchor is None:
        return None
    after = _date_in(text[anchor.start() :], on)
    if after or _STARTED.search(text[: anchor.start()]):
        return after
    return _date_in(text, on)


def _date_in(text: str, on: date | None) -> date | None:
    full = _full_date(text, on)
    if full or on is None:
        return full
    return _relative(text, on) or _part_of_a_date(text, on)


def _full_date(text: str, on: date | None) -> date | None:
    if hit := _ISO.search(text):
        return _day(int(hit[1]), int(hit[2]), int(hit[3]))
    if hit := _SLASHED.search(text):
        return _slashed(*map(int, hit.groups()), on=on)
    if (hit := _DAY_MONTH.search(text)) and hit[3]:
        return _day(int(hit[3]), _month(hit[2]), int(hit[1]))
    if (hit := _MONTH_DAY.search(text)) and hit[3]:
        return _day(int(hit[3]), _month(hit[1]), int(hit[2]))
    if hit := _MONTH_YEAR.search(text):
        return _within(on, int(hit[2]), _month(hit[1]), _month(hit[1]))
    if (hit := _MONTH_NUMBER.search(text)) and 1 <= int(hit[2] or hit[3]) <= 12:
        return _within(on, int(hit[1] or hit[4]), int(hit[2] or hit[3]), int(hit[2] or hit[3]))
    if hit := _YEAR.search(text):
        return _within(on, int(hit[1]), 1, 12)
    return None


def _slashed(one: int, two: int, year: int, *, on: date | None) -> date | None:
    """A date such as 3/4/2026, read both ways round: the later one that is not in the future, else the later one."""
    year += 2000 if year < 100 else 0
    days = [day for day in (_day(year, one, two), _day(year, two, one)) if day]
    past = [day for day in days if on is None or day <= on]
    return max(past or days, default=None)


def _relative(text: str, on: date) -> date | None:
    hit = _AGO.search(text) or _OFF_FOR.search(text)
    if hit:
        ends = [_back(on, count, hit[3]) for count in (hit[1], hit[2]) if count]
        return None if _SHORTER.search(text[: hit.start(1)]) else max(filter(None, ends), default=None)
    for words, days in (("yesterday", 1), ("last night", 1), ("today", 0), ("this morning", 0), ("tonight", 0)):
        if re.search(rf"\b{words}\b", text):
            return _minus(on, days)
    if re.search(r"\bthis (?:week|month|year)\b", text):
        return on
    if re.search(r"\blast week\b", text):
        return _minus(on, on.weekday() + 1)
    if re.search(r"\blast month\b", text):
        return _minus(on, on.day)
    if re.search(r"\blast year\b", text):
        return _day(on.year - 1, 12, 31)
    if hit := _LAST.search(text):
        return _minus(on, (on.weekday() - _DAYS.index(hit[1]) - 1) % 7 + 1)
    return None


def _back(on: date, count: str, unit: str) -> date | None:
    number = float(count) if count[0].isdigit() else float(_COUNTS[count])
    if unit.startswith("d"):
        return _minus(on, int(number))
    if unit.startswith("w"):
        return _minus(on, int(number * 7))
    months = int(number * (1 if unit.startswith("m") else 12))
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    if year < 1:
        return None
    return _day(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _part_of_a_date(text: str, on: date) -> date | None:
    """A day and month, or a month alone: the latest that is not after today."""
    if hit := _DAY_MONTH.search(text):
        return _latest(on, _month(hit[2]), int(hit[1]))
    if hit := _MONTH_DAY.search(text):
        return _latest(on, _month(hit[1]), int(hit[2]))
    if hit := _IN_MONTH.search(text):
        month = _month(hit[1])
        return _within(on, on.year if month <= on.month else on.year - 1, month, month)
    return None


def _latest(on: date, month: int, day: int) -> date | None:
    this_year = _day(on.year, month, day)
    if this_year and this_year <= on:
        return this_year
    return _day(on.year - 1, month, day)


def _within(on: date | None, year: int, first_month: int, last_month: int) -> date | None:
    """The last day of some months of a year, or today when today lies among them."""
    if not 1 <= year <= 9999:
        return None
    last = date(year, last_month, monthrange(year, last_month)[1])
    return on if on and date(year, first_month, 1) <= on < last else last


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _minus(on: date, days: int) -> date | None:
    return on - timedelta(days=days) if days < on.toordinal() else None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1
