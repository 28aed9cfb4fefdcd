"""Words and shapes for the pages of the short questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.intake.journeys import anchor
from clinic.intake.presenters import in_words
from clinic.patients.zones import by_when, known_zone
from clinic.questionnaires.asking import facts_of, in_protocol, pages_of, shown
from clinic.questionnaires.comparing import Series, series_of
from clinic.questionnaires.models import Questionnaire
from clinic.questionnaires.progress import line_about
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page

SECONDS_A_QUESTION: Final = 6
SEEN_BY: Final = _("Your care team sees your answers before your next visit.")
READS: Final = {
    Questionnaire.Concern.CALL_TODAY: _(
        "You left a question open that we always ask about. A person calls you about it."
    ),
    Questionnaire.Concern.SYMPTOM: _("A clinician reads this within two working days. If it gets worse, call us."),
    Questionnaire.Concern.WORSE: _("This looks harder than before. A clinician reads it within two working days."),
}
"""Who reads what was sent, and when. Source: followups.csv, F36; rule R023."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A questionnaire as it is being filled in: its pages in the language of the page, and what is known so far."""

    questionnaire: Questionnaire
    facts: Facts
    pages: tuple[Page, ...]

    @property
    def journey(self) -> Journey:
        """What a form of one of its pages needs."""
        return Journey(self.facts, frozenset(self.questionnaire.visited))

    @property
    def first_open(self) -> int | None:
        """The number of the first page that was not saved yet, from 1; None when all were."""
        visited = self.questionnaire.visited
        return next((number for number, page in enumerate(self.pages, 1) if page.id not in visited), None)

    @property
    def next_url(self) -> str:
        """The first page that was not saved yet; sending, when all were."""
        number = self.first_open
        return self.page_url(number) if number else reverse("questionnaires:send", args=[self.questionnaire.pk])

    @property
    def left_open(self) -> int:
        """How many of the questions shown have no answer yet."""
        names = (name for page in self.pages for name in self.names_on(page))
        return sum(self.questionnaire.answers.get(name) is None for name in names)

    def page_url(self, number: int) -> str:
        """Where a page is, by its number from 1."""
        return reverse("questionnaires:page", args=[self.questionnaire.pk, number])

    def names_on(self, page: Page) -> list[str]:
        """The questions of a page that are shown."""
        return [name for name in page.questions if name in set(self.facts.shown)]


def sheet_of(questionnaire: Questionnaire, *, now: datetime) -> Sheet:
    """A questionnaire with its pages, in the language of the page that is being made.

    Args:
        questionnaire: which.
        now: the moment.
    """
    facts = in_protocol(facts_of(questionnaire, now=now), shown(questionnaire))
    return Sheet(questionnaire, facts, pages_of(questionnaire, facts))


def start_page(sheet: Sheet, *, now: datetime) -> dict[str, Any]:
    """How many questions, how long they take, and until when we hope for them."""
    asked = sum(len(sheet.names_on(page)) for page in sheet.pages)
    kept = sheet.questionnaire
    return {
        "sheet": sheet,
        "asked": asked,
        "minutes": max(1, round(asked * SECONDS_A_QUESTION / 60)),
        "is_begun": bool(kept.visited),
        "by": by_when(kept.answer_by, now=now, zone=known_zone(kept.patient)) if now < kept.answer_by else "",
        "back_url": reverse("my:status"),
    }


def answer_rows(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Every question with its answer and the way to change it."""
    questions = sheet.facts.protocol.questions
    for number, page in enumerate(sheet.pages, 1):
        for name in sheet.names_on(page):
            url = f"{sheet.page_url(number)}#div_{anchor(sheet.facts.protocol, name)}"
            value = in_words(questions[name], sheet.questionnaire.answers.get(name))
            wording = questions[name].wording
            yield {"label": wording, "value": value, "links": [{"url": url, "word": _("Change"), "about": wording}]}


def _is_new(series: Series, sent: Questionnaire) -> bool:
    """True when the last score of a scale is the one that was just sent."""
    return bool(series.known) and series.known[-1].at == sent.sent_at


def sent_page(sent: Questionnaire, *, now: datetime) -> dict[str, Any]:
    """What came of a questionnaire: one line about each score, and who reads it when something is to be read.

    Args:
        sent: one that was sent.
        now: the moment.
    """
    shown = [] if sent.patient.hides_scores else [each for each in series_of(sent.patient) if _is_new(each, sent)]
    return {
        "meaning": [*(line_about(each, zone=known_zone(sent.patient)) for each in shown), SEEN_BY],
        "reads": READS.get(sent.concern, ""),
        "has_scores": bool(sent.scores),
        "was_urgent": bool(sent.raised) and bool(sent.intake.safety_raised_at),
        "back_url": reverse("my:status"),
    }
