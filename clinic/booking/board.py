"""A day or a week as a table: a row for each time, a column for each clinician, place or day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from clinic.booking import calendar, zones
from clinic.booking.calendar import Entry
from clinic.booking.find import Slot, open_slots
from clinic.web.places import LOCATIONS

AWAY: Final = ("", "By phone or video")
WEEK: Final = 7
HEAD_EVERY: Final = 10
Key = tuple[date, time]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table: a day or a week, by clinician or by place; `which` is the clinician or place of a week."""

    first: date
    view: str
    by: str
    which: str

    @property
    def last(self) -> date:
        """The last day it shows."""
        return self.first + timedelta(days=WEEK - 1 if self.view == "week" else 0)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is known, and what its head says."""

    key: str
    head: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is in a cell: `free`, `visit`, `off`, or `goes on` for a visit that began in a row above."""

    kind: str
    entry: Entry | None = None
    clinician: str = ""
    say: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is then in a column, and what asks why nothing is free there, in a table by clinician."""

    head: str
    items: Sequence[Item]
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A time of the day with a cell for each column; some rows come after the heads once more."""

    clock: str
    cells: Sequence[Cell]
    is_headed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A time of an agenda, with what begins then."""

    clock: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole table, and every entry on it."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    entries: Sequence[Entry]

    @property
    def agendas(self) -> list[tuple[str, list[Line]]]:
        """The same as a list for each column, for a screen that is too narrow for columns; none for an empty one."""
        found = [(each.head, _lines(self.rows, at)) for at, each in enumerate(self.columns)]
        return [(head, lines) for head, lines in found if lines]


def board(asked: Asked, *, zone: str, now: datetime) -> Board:
    """The table that was asked for. Fourteen queries at most, however much is on it.

    Args:
        asked: which days, and what its columns are.
        zone: whose clocks are shown.
        now: the moment; nothing that has passed is free.
    """
    begin, end = calendar.bounds(asked.first, asked.last, zone)
    clinician = int(asked.which) if asked.view == "week" and asked.by == "clinician" and asked.which else None
    entries = calendar.days(asked.first, asked.last, zone=zone, now=now, clinician_id=clinician)
    if asked.by == "location":
        entries = [each for each in entries if each.code != "off"]
    free = open_slots(now=now, since=begin, until=end, clinician_id=clinician)
    if asked.by == "location" and asked.view == "week":
        entries = [each for each in entries if each.location == asked.which]
        free = [each for each in free if each.location == asked.which]
    columns = _columns(asked, entries, free)
    cells = _cells(asked, entries, free, zone)
    times = sorted({key[1] for _, key in cells})
    rows = [_row(number, each, columns, cells, asked) for number, each in enumerate(times)]
    return Board(columns, rows, entries)


def _columns(asked: Asked, entries: Sequence[Entry], free: Sequence[Slot]) -> list[Column]:
    if asked.view == "week":
        days = (asked.first + timedelta(days=n) for n in range(WEEK))
        return [Column(day.isoformat(), zones.short_day(day)) for day in days]
    if asked.by == "location":
        return [Column(slug, name) for slug, name in (*((each["slug"], each["name"]) for each in LOCATIONS), AWAY)]
    named = {each.clinician_id: each.clinician for each in (*entries, *free)}
    return [Column(str(who), name) for who, name in sorted(named.items(), key=lambda each: (each[1], each[0]))]


def _column_of(asked: Asked, each: Entry | Slot, day: date) -> str:
    if asked.view == "week":
        return day.isoformat()
    return each.location if asked.by == "location" else str(each.clinician_id)


def _cells(
    asked: Asked, entries: Sequence[Entry], free: Sequence[Slot], zone: str
) -> dict[tuple[str, Key], list[Item]]:
    """What is in each cell, by its column and the local time of its row; a longer visit goes on in the rows below."""
    cells: dict[tuple[str, Key], list[Item]] = defaultdict(list)
    seen = set()
    for slot in free:
        local = zones.local(slot.start, zone)
        place = (_column_of(asked, slot, local.date()), (_day_of(asked, local.date()), local.time()))
        if (place, slot.clinician_id) not in seen:
            seen.add((place, slot.clinician_id))
            cells[place].append(Item("free", clinician=slot.clinician, say=_say(slot, local)))
    for entry in entries:
        local = zones.local(entry.start, zone)
        kind = "off" if entry.code == "off" else "visit"
        place = (_column_of(asked, entry, local.date()), (_day_of(asked, local.date()), local.time()))
        cells[place].append(Item(kind, entry, entry.clinician))
    _go_on(asked, entries, zone, cells)
    return cells


def _go_on(asked: Asked, entries: Sequence[Entry], zone: str, cells: dict[tuple[str, Key], list[Item]]) -> None:
    """Say in each row of the table that lies within an entry that it goes on."""
    times = sorted({key[1] for _, key in cells})
    for entry in entries:
        begins, ends = zones.local(entry.start, zone), zones.local(entry.end, zone)
        day = begins.date()
        while day <= ends.date():
            after = begins.time() if day == begins.date() else time.min
            before = ends.time() if day == ends.date() else time.max
            for each in (each for each in times if (after < each or day != begins.date()) and each < before):
                key = (_column_of(asked, entry, day), (_day_of(asked, day), each))
                cells[key].append(Item("goes on", entry, entry.clinician))
            day += timedelta(days=1)


def _day_of(asked: Asked, day: date) -> date:
    """In a week the day is the column already, so that rows are times of the day only."""
    return asked.first if asked.view == "week" else day


def _row(
    number: int, at: time, columns: Sequence[Column], cells: dict[tuple[str, Key], list[Item]], asked: Asked
) -> Row:
    clock = f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
    found = [Cell(each.head, cells.get((each.key, (asked.first, at)), ()), _why(asked, each, at)) for each in columns]
    return Row(clock, found, number % HEAD_EVERY == 0 and number > 0)


def _lines(rows: Sequence[Row], column: int) -> list[Line]:
    began = ((row.clock, [each for each in row.cells[column].items if each.kind != "goes on"]) for row in rows)
    return [Line(clock, items) for clock, items in began if items]


def _why(asked: Asked, column: Column, at: time) -> str:
    if asked.by == "location":
        return ""
    who, day = (column.key, asked.first) if asked.view == "day" else (asked.which, column.key)
    return urlencode({"clinician": who, "day": str(day), "at": f"{at:%H:%M}"})


def _say(slot: Slot, local: datetime) -> str:
    """What finds this slot again, in the words of the desk."""
    return f"{local:%Y-%m-%d} at {local:%H:%M} clinic time, {slot.clinician.replace(',', ' ')}"
