"""Scores over time in words and as a drawing: what changed in one sentence, and a line plot with its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clinic.questionnaires.comparing import WATCHED, Point, Series
from clinic.web import dates

NAMES: Final = {
    "phq9": _("Low-mood score"),
    "gad7": _("Worry score"),
    "auditc": _("Alcohol score"),
    "pcptsd5": _("Score about a hard event"),
    "peg": _("Pain score"),
}
"""What each scale is called to patients; the staff see its own name."""
MINE: Final = {
    "phq9": _("Your low-mood score"),
    "gad7": _("Your worry score"),
    "auditc": _("Your alcohol score"),
    "pcptsd5": _("Your score about a hard event"),
    "peg": _("Your pain score"),
}
FELT: Final = {
    "phq9": _("5 points or more is a change most people can feel."),
    "gad7": _("4 points or more is a change we look at."),
    "peg": _("A fall of 30 percent or more is a change we look at."),
}
"""Source: ux.md P24; clinical.md section 6, "Score follow-up"."""
REMISSION: Final = 5
MANY: Final = 1_000
"""More than any scale has, for those whose rise nobody watches for."""
LEFT, RIGHT, TOP, BOTTOM = 96, 276, 10, 176
"""The frame of the plot in its own units; at its narrowest a unit is a CSS pixel, so text is never too small."""
LINE_OF_TEXT: Final = 15


@dataclass(frozen=True, slots=True)
class Mark:
    """One score in the drawing."""

    x: float
    y: float
    is_last: bool


@dataclass(frozen=True, slots=True)
class Level:
    """One band of the scale: the words at its left, line by line with where each stands, and its upper edge."""

    lines: tuple[tuple[str, float], ...]
    top: float
    height: float
    is_shaded: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the day, the score in words and what it is called."""

    on: str
    score: str
    band: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template needs for one scale. `runs` are lines between scores with no gap in between."""

    id: str
    name: str
    words: str
    alt: str
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    runs: tuple[str, ...]
    levels: tuple[Level, ...]
    ticks: tuple[float, ...]
    first_on: str
    last_on: str
    maximum: int

    @property
    def has_line(self) -> bool:
        """True when there are two scores to draw a line between."""
        return len(self.marks) > 1


def drawing_of(series: Series, *, zone: str, visits: Iterable[datetime] = (), for_staff: bool = False) -> Drawing:
    """One scale over time, ready to be shown.

    Args:
        series: the scale with at least one point.
        zone: where days are read.
        visits: moments of visits, drawn as small ticks.
        for_staff: call the scale by its own name.
    """
    instrument = series.instrument
    maximum = instrument.highest_item * (1 if instrument.scoring == "mean" else len(instrument.items))
    start, end = series.points[0].at, series.points[-1].at
    place = _Places(start, end, maximum)
    rows = tuple(_row(point, zone, series) for point in series.points)
    words = line_about(series, zone=zone, for_staff=for_staff)
    return Drawing(
        id=instrument.id,
        name=instrument.name if for_staff else str(NAMES[instrument.id]),
        words=words,
        alt=". ".join(f"{row.on}: {row.score}{f', {row.band}' if row.band else ''}" for row in rows),
        rows=rows,
        marks=tuple(Mark(place.x(p.at), place.y(p.total or 0), p is series.known[-1]) for p in series.known),
        runs=tuple(_runs(series.points, place)),
        levels=tuple(_levels(series, place)),
        ticks=tuple(place.x(at) for at in visits if start <= at <= end),
        first_on=_at_an_end(start, zone, series),
        last_on=_at_an_end(end, zone, series),
        maximum=maximum,
    )


def line_about(series: Series, *, zone: str, for_staff: bool = False) -> str:
    """`Your low-mood score went from 17 to 11 since November 30. Lower is better.`

    Args:
        series: one scale.
        zone: where days are read.
        for_staff: speak of the scale by its own name.
    """
    name = series.instrument.name if for_staff else MINE[series.instrument.id]
    known = series.known
    if not known:
        return _("%(score)s has no number yet, because a question was left open.") % {"score": name}
    first, last = known[0], known[-1]
    told = {"score": name, "first": points(first), "last": points(last), "day": _day(first.at, zone, series)}
    if len(known) == 1:
        changed = _("%(score)s was %(first)s on %(day)s.")
    elif first.total == last.total:
        changed = _("%(score)s stayed at %(last)s since %(day)s.")
    else:
        changed = _("%(score)s went from %(first)s to %(last)s since %(day)s.")
    called = "" if len(known) == 1 else _for_clinicians(series) if for_staff else FELT.get(series.instrument.id, "")
    return " ".join(filter(None, (changed % told, "" if for_staff else str(_("Lower is better.")), str(called))))


def _for_clinicians(series: Series) -> str:
    """What the change is called. Source: clinical.md section 6, "Score follow-up"."""
    first, last = series.known[0].total or 0, series.known[-1].total or 0
    scale = series.instrument.id
    called = {
        "Response: a fall of half or more.": scale == "phq9" and first > 0 and last <= first / 2,
        "Remission: under 5.": scale == "phq9" and last < REMISSION,
        "Deterioration: a rise that is read by a clinician.": last - first >= WATCHED.get(scale, MANY),
        "A fall of 30 percent or more.": scale == "peg" and first > 0 and last <= first * 0.7,
    }
    return " ".join(words for words, holds in called.items() if holds)


def points(point: Point) -> str:
    """`17`, or `4.33` for a mean."""
    return f"{point.total:g}" if point.total is not None else _("not complete")


def _day(moment: datetime, zone: str, series: Series) -> str:
    """`November 30`, where the patient is; with its year when there is more than one."""
    local = moment.astimezone(ZoneInfo(zone))
    return dates.long_day(local) if series.is_over_a_year else dates.month_day(local)


def _at_an_end(moment: datetime, zone: str, series: Series) -> str:
    """The same below an end of the plot, where both have to fit."""
    local = moment.astimezone(ZoneInfo(zone))
    return dates.short_day_and_year(local) if series.is_over_a_year else dates.month_day(local)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a moment and a score stand in the frame."""

    start: datetime
    end: datetime
    maximum: int

    def x(self, at: datetime) -> float:
        whole = (self.end - self.start).total_seconds()
        part = (at - self.start).total_seconds() / whole if whole else 0.5
        return round(LEFT + 8 + part * (RIGHT - LEFT - 16), 1)

    def y(self, total: float) -> float:
        return round(BOTTOM - total / self.maximum * (BOTTOM - TOP), 1)


def _row(point: Point, zone: str, series: Series) -> Row:
    band = series.say(point.band or "")
    return Row(_day(point.at, zone, series), points(point), band[:1].upper() + band[1:])


def _runs(told: tuple[Point, ...], place: _Places) -> Iterable[str]:
    """Lines between neighbours; a week without a score is a gap, not a guess."""
    run: list[str] = []
    for point in (*told, None):
        if point is not None and point.total is not None:
            run.append(f"{place.x(point.at)},{place.y(point.total)}")
            continue
        if len(run) > 1:
            yield " ".join(run)
        run = []


def _levels(series: Series, place: _Places) -> Iterable[Level]:
    bands = series.instrument.bands
    for number, band in enumerate(bands):
        above = bands[number + 1].low if number + 1 < len(bands) else place.maximum
        top, bottom = place.y(above), place.y(band.low)
        name = series.say(band.name)
        words = name.split(" ", 1) if len(name) > 12 else [name]
        if (bottom - top) < LINE_OF_TEXT * len(words):
            words = words[:1] if (bottom - top) >= LINE_OF_TEXT else []
        middle = (top + bottom) / 2 - (len(words) - 1) * LINE_OF_TEXT / 2 + 5
        lines = tuple((word, round(middle + line * LINE_OF_TEXT, 1)) for line, word in enumerate(words))
        yield Level(lines, top, round(bottom - top, 1), number % 2 == 1)
