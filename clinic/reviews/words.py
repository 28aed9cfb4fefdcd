"""Moments, ages and due times in the words of staff pages; times are in the time zone now active."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def time_of(moment: datetime) -> str:
    """`9:52 pm`."""
    local = timezone.localtime(moment)
    return f"{local:%I:%M} {'am' if local.hour < 12 else 'pm'}".removeprefix("0")


def day_of(day: date, *, today: date) -> str:
    """`Nov 9`, with the year when it is another one."""
    return f"{day:%b} {day.day}" if day.year == today.year else f"{day:%b} {day.day}, {day.year}"


def day_in_words(text: str) -> str:
    """`2026-11-15` as `Nov 15, 2026`; what is no such day is left as it is, for a year alone is an answer too."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day:%b} {day.day}, {day.year}"


def moment(at: datetime, *, now: datetime) -> str:
    """`9:52 pm` today, `Mon 9:52 pm` within six days, else `Nov 9, 9:52 pm`."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if local.date() == today:
        return time_of(at)
    if abs((local.date() - today).days) < 7:
        return f"{local:%a} {time_of(at)}"
    return f"{day_of(local.date(), today=today)}, {time_of(at)}"


def length(span: timedelta) -> str:
    """`40 min`, `3 h 10 min`, `1 day`, `12 days`: how long something is, a little less exact the longer it is."""
    if span < MINUTE:
        return "less than 1 min"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < DAY:
        minutes = span % HOUR // MINUTE
        return f"{span // HOUR} h {minutes} min" if minutes else f"{span // HOUR} h"
    days = span // DAY
    return "1 day" if days == 1 else f"{days} days"


def due(at: datetime, *, now: datetime) -> str:
    """`Late by 40 min`, or `in 3 h 10 min`."""
    return f"Late by {length(now - at)}" if at < now else f"in {length(at - now)}"


def age(born_on: str | None, *, on: date) -> int | None:
    """Whole years from an ISO date; None when there is none, or it is no date."""
    try:
        born = date.fromisoformat(born_on or "")
    except ValueError:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years if years >= 0 else None


def first_sentence(text: str) -> tuple[str, str]:
    """A text split after its first sentence: a headline without its full stop, and the rest."""
    for mark in (". ", "; "):
        head, found, rest = text.partition(mark)
        if found and len(head) > 12:
            return head, rest[:1].upper() + rest[1:]
    return text.removesuffix("."), ""


def shortened(text: str, *, to: int) -> str:
    """A text as it is, or its beginning and its end when it is longer."""
    half = to // 2
    return text if len(text) <= to else f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
