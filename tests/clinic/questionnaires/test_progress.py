"""Scores over time: said in words, drawn with gaps where nobody answered, every number in a table, hidden on wish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.intake import send_actions
from clinic.intake.models import Intake
from clinic.questionnaires.comparing import Series, series_of
from clinic.questionnaires.models import Questionnaire
from clinic.questionnaires.progress import drawing_of, line_about
from clinic.treatment import actions as treatment
from tests.clinic.intake.conftest import SIGN, consents
from tests.clinic.my.conftest import osei

from .conftest import LATER, Asks, ask_again, by_of, send
from .test_pages import words

__all__ = ["osei"]
ZONE = "America/Los_Angeles"
WEEK = timedelta(days=7)


def told(phq: int) -> dict[str, str]:
    """Answers that add up to a total for the PHQ-9, and to 0 for the GAD-7."""
    given = {f"phq{item}": str(min(3, max(0, phq - 3 * (item - 1)))) for item in range(1, 9)}
    return given | {"phq9": "0"} | {f"gad{item}": "0" for item in range(1, 8)}


@pytest.fixture
def course(asked: Asks) -> Callable[..., Questionnaire]:
    """Sends one questionnaire a week with these totals, the first at intake; None is a week without an answer."""

    def over(first: int, *totals: int | None) -> Questionnaire:
        questionnaire = asked(**told(first))
        for week, total in enumerate(totals):
            now = LATER + week * WEEK
            if week:
                questionnaire = ask_again(questionnaire.intake, "F31", now=now)
            if total is not None:
                send(questionnaire, told(total), now=now)
        return questionnaire

    return over


def phq(questionnaire: Questionnaire) -> Series:
    return next(each for each in series_of(questionnaire.patient) if each.instrument.id == "phq9")


def test_it_is_said_in_words_first(course: Callable[..., Questionnaire]) -> None:
    assert line_about(phq(course(17, 11)), zone=ZONE) == (
        "Your low-mood score went from 17 to 11 since December 1. Lower is better. "
        "5 points or more is a change most people can feel."
    )


def test_one_score_is_no_change(course: Callable[..., Questionnaire]) -> None:
    series = phq(course(17))

    assert line_about(series, zone=ZONE) == "Your low-mood score was 17 on December 1. Lower is better."
    assert not drawing_of(series, zone=ZONE).has_line


def test_a_week_without_an_answer_is_a_gap_and_not_a_line(course: Callable[..., Questionnaire]) -> None:
    drawing = drawing_of(phq(course(12, 9, None, 6)), zone=ZONE)

    assert [row.score for row in drawing.rows] == ["12", "9", "not complete", "6"]
    assert [len(run.split()) for run in drawing.runs] == [2]
    assert len(drawing.marks) == 3


@pytest.mark.parametrize(
    ("first", "last", "called"),
    [
        (20, 10, "Response: a fall of half or more."),
        (20, 11, ""),
        (8, 4, "Response: a fall of half or more. Remission: under 5."),
        (8, 13, "Deterioration: a rise that is read by a clinician."),
        (8, 12, ""),
    ],
)
def test_a_clinician_reads_what_the_change_is_called(
    course: Callable[..., Questionnaire], first: int, last: int, called: str
) -> None:
    said = line_about(phq(course(first, last)), zone=ZONE, for_staff=True)

    assert said.partition("December 1.")[2].strip() == called


def test_a_higher_score_stands_higher(course: Callable[..., Questionnaire]) -> None:
    low, high = sorted(drawing_of(phq(course(3, 20)), zone=ZONE).marks, key=lambda mark: -mark.y)

    assert (low.x, high.x) == (104.0, 268.0)
    assert low.y > high.y


@pytest.fixture
def page(course: Callable[..., Questionnaire], let_in: Callable[..., Client]) -> tuple[Client, Questionnaire]:
    """Three scores, and the patient's browser three weeks later."""
    questionnaire = course(17, 14, 11)
    with time_machine.travel(LATER + 2 * WEEK, tick=False):
        yield let_in(questionnaire.intake), questionnaire


def test_the_drawing_has_a_name_a_description_and_a_table(page: Any) -> None:
    html = page[0].get("/my/progress/").content.decode()
    svg = ElementTree.fromstring(
        html[html.index('<svg class="plot"') : html.index("</svg>", html.index('class="plot"')) + 6]
    )
    title, description = svg[0], svg[1]

    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "17" in (description.text or "")
    assert html.count("<table") == html.count("<details")
    assert "style=" not in html


def test_a_session_of_treatment_is_a_small_mark_below_the_line(page: Any, osei: User) -> None:
    client, questionnaire = page
    when = {"began_at": LATER + WEEK, "left_at": LATER + WEEK + timedelta(hours=2), "now": LATER + 2 * WEEK}
    treatment.record_session(
        patient=questionnaire.patient, key=uuid4(), medicine="ketamine", form={}, by=osei.actor, **when
    )

    html = client.get("/my/progress/").content.decode()

    assert html.count('class="visit"') == html.count('class="plot"') > 0
    assert "A small mark under the line is a visit." in words(client.get("/my/progress/"))


def test_scores_can_be_hidden_and_shown_again(page: Any) -> None:
    client, _ = page
    client.post("/my/progress/", {"scores": "hide"})
    hidden = words(client.get("/my/progress/"))
    client.post("/my/progress/", {"scores": "show"})

    assert "Some people prefer not to see scores" in hidden
    assert "17" not in hidden
    assert "from 17 to 11" in words(client.get("/my/progress/"))


def test_hidden_scores_are_not_said_after_sending_either(page: Any) -> None:
    client, questionnaire = page
    assert "low-mood" in words(client.get(f"/my/questions/{questionnaire.pk}/"))

    client.post("/my/progress/", {"scores": "hide"})

    assert "low-mood" not in words(client.get(f"/my/questions/{questionnaire.pk}/"))


YEAR = timedelta(days=365)


@pytest.fixture
def another_form(fill: Any) -> Callable[..., None]:
    """Sends the whole form again, as somebody does after a year."""

    def send_another(questionnaire: Questionnaire, total: int, *, now: Any) -> None:
        Intake.objects.filter(pk=fill(**told(total)).pk).update(patient=questionnaire.patient)
        form = Intake.objects.get(patient=questionnaire.patient, state="draft")
        given = consents(form.answers)
        told_by = {"name": "Maya Thompson", "by": by_of(questionnaire), "page": SIGN}
        send_actions.submit(intake=form, key=form.submit_key, consents=given, now=now, **told_by)

    return send_another


def test_the_form_of_the_next_year_stands_after_what_was_told_before_it(
    course: Callable[..., Questionnaire], another_form: Callable[..., None]
) -> None:
    questionnaire = course(17, 11)
    another_form(questionnaire, 4, now=LATER + YEAR)

    series = phq(questionnaire)
    drawing = drawing_of(series, zone=ZONE)

    assert [point.total for point in series.points] == [17, 11, 4]
    assert [mark.x for mark in drawing.marks] == sorted(mark.x for mark in drawing.marks)
    assert "from 17 to 4 since December 1, 2026" in drawing.words
    assert [row.on for row in drawing.rows] == ["December 1, 2026", "December 8, 2026", "December 8, 2027"]
    assert (drawing.first_on, drawing.last_on) == ("Dec 1, 2026", "Dec 8, 2027")


@pytest.mark.parametrize(("next_year", "since", "concern"), [(10, 6, ""), (10, 15, "P2"), (12, 14, "")])
def test_a_score_is_compared_with_the_latest_form_and_not_with_what_came_before_it(
    next_year: int,
    since: int,
    concern: str,
    course: Callable[..., Questionnaire],
    another_form: Callable[..., None],
) -> None:
    questionnaire = course(5, 0)
    another_form(questionnaire, next_year, now=LATER + YEAR)

    sent = send(ask_again(questionnaire.intake, "F31", now=LATER + YEAR + WEEK), told(since), now=LATER + YEAR + WEEK)

    assert sent.concern == concern
