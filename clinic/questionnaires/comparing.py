"""Scores over time: each with its day, and whether the last one rose as much as the protocol watches for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.questionnaires.asking import first_record, scored
from clinic.questionnaires.models import Questionnaire
from screening.instruments import Instrument, Score

WATCHED: Final[dict[str, int]] = {"phq9": 5, "gad7": 4}
"""A rise of so many points is read by a clinician. Source: followups.csv, F36; clinical.md section 6."""
SAFETY_ITEMS: Final = ("phq9", "si_month")
"""Questions, not scales: item 9 of the PHQ-9, and thoughts of ending their life. Open is never "no"."""

NEARLY_A_YEAR: Final = timedelta(days=330)


@dataclass(frozen=True, slots=True)
class Point:
    """One time that a scale was asked, in the whole form or by itself; no `total` unless every item was answered."""

    at: datetime
    total: float | None
    band: str | None
    is_form: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One scale over time, the oldest first; `say` says the name of a band in the language of the page."""

    instrument: Instrument
    points: tuple[Point, ...]
    say: Callable[[str], str] = str

    @property
    def is_over_a_year(self) -> bool:
        """True when a day needs its year to be told from the same day of another one."""
        return self.points[-1].at - self.points[0].at > NEARLY_A_YEAR

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a score."""
        return tuple(point for point in self.points if point.total is not None)


def series_of(patient: Patient) -> list[Series]:
    """Every scale that this patient was asked, over time: in each form they sent, and each time between and since.

    Args:
        patient: whose.
    """
    forms = list(Intake.objects.filter(patient=patient, state=Intake.State.SUBMITTED).order_by("submitted_at"))
    if not forms:
        return []
    asked = Questionnaire.objects.filter(patient=patient).exclude(state=Questionnaire.State.OPEN)
    told = [(each.sent_at or each.opened_at, each.scores or _gaps(each)) for each in asked]
    records = [record for form in forms if (record := first_record(form)) is not None]
    found = []
    protocol = protocols.of(forms[-1])
    for name, instrument in protocol.instruments.items():
        points = [point for record in records for point in _in_form(record, name)]
        points += [_point(at, scores[name]) for at, scores in told if name in scores]
        if points:
            in_order = tuple(sorted(points, key=lambda point: point.at))
            found.append(Series(instrument, in_order, partial(protocols.said, protocol)))
    return found


def is_worse(before: Sequence[Series], scale: str, answers: Mapping[str, Any], score: Score | None) -> bool:
    """True when a score rose by what the protocol watches for, since their latest form or since the time before.

    A scale with gaps is worse already when what was answered is: the gaps can only add to it.

    Args:
        before: what was known.
        scale: which.
        answers: of today.
        score: of today; None when it cannot be read, which a person looks at.
    """
    limit = WATCHED.get(scale)
    if limit is None:
        return False
    if score is None:
        return True
    known = next((series.known for series in before if series.instrument.id == scale), ())
    items = next((series.instrument.items for series in before if series.instrument.id == scale), ())
    least = score.total if score.total is not None else sum(int(answers[item]) for item in items if answers.get(item))
    in_form = next((point for point in reversed(known) if point.is_form), None)
    compared = (in_form or known[0], known[-1]) if known else ()
    return any(point.total is not None and least - point.total >= limit for point in compared)


def _in_form(record: ScreeningRecord, scale: str) -> list[Point]:
    protocol, answers = protocols.of(record.intake), record.answers["answers"]
    instrument = protocol.instruments.get(scale)
    if instrument is None or not any(answers.get(item) is not None for item in instrument.items):
        return []
    found = scored(protocol, scale, answers)
    total, band = (found.total, found.band) if found else (None, None)
    return [Point(record.screened_at, total, band, is_form=True)]


def _gaps(unsent: Questionnaire) -> dict[str, Any]:
    """A week that nobody answered: asked, and no score."""
    return {name: {"total": None, "band": None} for name in unsent.asks}


def _point(at: datetime, kept: Mapping[str, Any]) -> Point:
    return Point(at, kept["total"], kept["band"])
