"""What a clinician is told: item 9 at once, a safety question left open today, a score that rose in two days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.questionnaires.models import Questionnaire
from clinic.reviews.models import Waiting
from clinic.reviews.standing import booking_standing

from .conftest import CALM, FINE, LATER, MILD, Asks, answer, ask_again, send

LOW = {f"phq{item}": "0" for item in range(1, 10)} | {f"gad{item}": "0" for item in range(1, 8)}
SEVEN = LOW | {f"phq{item}": "1" for item in range(1, 8)}


def pages_sent() -> list[str]:
    return list(Message.objects.filter(to_role="on_call").values_list("template", flat=True))


@pytest.mark.parametrize(("nine", "priority"), [("1", "P1"), ("2", "P0"), ("3", "P0")])
def test_item_nine_pages_at_once_and_shows_help(asked: Asks, nine: str, priority: str) -> None:
    questionnaire, help_now = answer(asked(**LOW), MILD | {"phq9": nine})

    assert help_now
    page = Message.objects.get(to_role="on_call")
    assert (page.template, page.about["priority"], page.is_urgent) == ("urgent-page", priority, True)
    questionnaire.intake.refresh_from_db()
    assert questionnaire.intake.safety_raised_at == LATER
    assert questionnaire.intake.safety_priority == priority


def test_it_pages_even_when_the_questions_are_never_sent(asked: Asks) -> None:
    questionnaire, _ = answer(asked(**LOW), MILD | {"phq9": "1"})

    assert questionnaire.state == "open"
    assert pages_sent() == ["urgent-page"]


def test_saving_the_same_page_again_pages_once(asked: Asks) -> None:
    questionnaire, _ = answer(asked(**LOW), MILD | {"phq9": "1"})

    _, help_again = answer(questionnaire, MILD | {"phq9": "1"})

    assert not help_again
    assert pages_sent() == ["urgent-page"]


def test_a_worse_answer_on_the_same_page_pages_again(asked: Asks) -> None:
    questionnaire, _ = answer(asked(**LOW), MILD | {"phq9": "1"})

    _, help_again = answer(questionnaire, MILD | {"phq9": "3"})

    assert help_again
    assert pages_sent() == ["urgent-page"] * 2


def test_it_pages_again_the_next_time_although_it_was_known(asked: Asks) -> None:
    first = send(asked(**LOW), MILD | CALM | {"phq9": "1"})

    _, help_now = answer(ask_again(first.intake, "F32", now=LATER), MILD | {"phq9": "1"})

    assert help_now
    assert pages_sent() == ["urgent-page"] * 2


def test_what_the_form_said_long_ago_pages_nobody_again(asked: Asks) -> None:
    questionnaire = asked("F31", "V027")
    before = len(pages_sent())

    _, help_now = answer(questionnaire, MILD | CALM)

    assert not help_now
    assert len(pages_sent()) == before


def test_every_rule_is_asked_again_so_that_booking_closes(asked: Asks) -> None:
    questionnaire = asked(**LOW)
    assert booking_standing(questionnaire.patient, now=LATER).may_book

    answer(questionnaire, MILD | {"phq9": "1"})

    latest = ScreeningRecord.objects.filter(intake=questionnaire.intake).order_by("number").last()
    assert latest
    assert (latest.number, latest.outcome) == (2, "urgent")
    assert Waiting.objects.filter(record=latest).exists()
    assert not booking_standing(questionnaire.patient, now=LATER).may_book


def test_a_rise_of_five_since_intake_is_read_by_a_clinician(asked: Asks) -> None:
    assert send(asked(**LOW), LOW | {f"phq{item}": "1" for item in range(1, 6)}).concern == "P2"
    assert send(asked(**LOW), LOW | {f"phq{item}": "1" for item in range(1, 5)}).concern == ""


def test_a_rise_of_four_in_anxiety_is_read_by_a_clinician(asked: Asks) -> None:
    assert send(asked(**LOW), LOW | {f"gad{item}": "1" for item in range(1, 5)}).concern == "P2"
    assert send(asked(**LOW), LOW | {f"gad{item}": "1" for item in range(1, 4)}).concern == ""


def test_a_rise_since_the_time_before_counts_although_intake_was_worse(asked: Asks) -> None:
    first = send(asked(**SEVEN), LOW)

    second = send(ask_again(first.intake, "F32", now=LATER), LOW | {f"phq{item}": "1" for item in range(1, 6)})

    assert (first.concern, second.concern) == ("", "P2")


def test_gaps_hide_no_rise(asked: Asks) -> None:
    told = LOW | {"phq1": "3", "phq2": "2"}
    told.pop("phq8")

    assert send(asked(**LOW), told).concern == "P2"


def test_item_nine_left_open_is_asked_about_today(asked: Asks) -> None:
    told = dict(LOW)
    told.pop("phq9")

    sent = send(asked(**LOW), told)

    assert sent.concern == "P1"
    assert sent.scores["phq9"]["total"] is None


def test_a_fall_worries_nobody(asked: Asks) -> None:
    sent = send(asked(**SEVEN), LOW, now=LATER + timedelta(days=1))

    assert sent.concern == ""


@pytest.fixture
def renewed(fill: Any, submit: Any) -> Callable[[Questionnaire], Intake]:
    """Sends another form of the same patient after the questions were opened."""

    def send_another(questionnaire: Questionnaire) -> Intake:
        form = fill(**LOW)
        Intake.objects.filter(pk=form.pk).update(patient=questionnaire.patient)
        submit(Intake.objects.get(pk=form.pk))
        Intake.objects.filter(pk=form.pk).update(submitted_at=LATER - timedelta(hours=1))
        return form

    return send_another


def test_item_nine_is_told_about_the_form_that_counts_now(
    asked: Asks, renewed: Callable[[Questionnaire], Intake]
) -> None:
    questionnaire = asked(**LOW)
    form = renewed(questionnaire)

    answer(questionnaire, MILD | {"phq9": "1"})

    raised = Intake.objects.filter(safety_raised_at=LATER)
    assert list(raised) == [form]
    assert Message.objects.get(to_role="on_call").about["reference"] == form.reference
    assert [record.intake_id for record in ScreeningRecord.objects.filter(screened_at=LATER)] == [form.pk]


def test_a_symptom_of_the_bladder_is_told_about_the_form_that_counts_now(
    asked: Asks, renewed: Callable[[Questionnaire], Intake]
) -> None:
    questionnaire = asked("F37", **LOW)
    form = renewed(questionnaire)

    send(questionnaire, FINE | {"bl_pain": "yes"})

    assert [record.intake_id for record in ScreeningRecord.objects.filter(screened_at=LATER)] == [form.pk]
