"""The checks between visits: what is told, doubted or left open is read; thoughts of ending it page at once."""

from __future__ import annotations

import pytest

from clinic.notifications.models import Message
from clinic.questionnaires.asking import items_of
from clinic.questionnaires.presenters import sheet_of
from clinic.reviews.standing import booking_standing

from .conftest import FINE, LATER, Asks, answer, ask_again, send


@pytest.mark.parametrize(
    ("plan", "checks"),
    [
        ("F29", ["after-session"]),
        ("F30", ["after-session", "after-session-later"]),
        ("F37", ["passing-water"]),
    ],
)
def test_a_check_asks_each_topic_of_its_follow_up_once(asked: Asks, plan: str, checks: list[str]) -> None:
    sheet = sheet_of(asked(plan), now=LATER)
    names = [name for page in sheet.pages for name in sheet.names_on(page)]

    assert sheet.questionnaire.asks == checks
    assert [page.questions for page in sheet.pages] == [(name,) for name in names], "one question on a page"
    assert sorted(names) == sorted(items_of(sheet.questionnaire))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("plan", ["F29", "F30", "F37"])
def test_nothing_to_tell_worries_nobody(asked: Asks, plan: str) -> None:
    sent = send(asked(plan), FINE)

    assert (sent.concern, sent.scores) == ("", {})


@pytest.mark.parametrize("told", ["yes", "not_sure", None])
def test_a_symptom_a_doubt_and_a_gap_are_all_read(asked: Asks, told: str | None) -> None:
    sent = send(asked("F29"), FINE | {"ae_falls": told})

    assert sent.concern == "S"


def test_thoughts_of_ending_it_left_open_are_asked_about_today(asked: Asks) -> None:
    assert send(asked("F29"), FINE | {"si_month": None, "ae_falls": "yes"}).concern == "P1"


@pytest.mark.parametrize(("told", "priority"), [("passing", "P1"), ("plan_or_intent", "P0"), ("prefer_not", "P1")])
def test_thoughts_of_ending_it_page_at_once(asked: Asks, told: str, priority: str) -> None:
    _, help_now = answer(asked("F29"), FINE | {"si_month": told})

    assert help_now
    assert Message.objects.get(template="urgent-page").about["priority"] == priority


def test_a_symptom_of_the_bladder_closes_booking_until_a_clinician_has_read_it(asked: Asks) -> None:
    questionnaire = asked("F37")
    assert booking_standing(questionnaire.patient, now=LATER).may_book

    send(questionnaire, FINE | {"bl_blood": "yes"})

    assert not booking_standing(questionnaire.patient, now=LATER).may_book
    assert questionnaire.intake.records.count() == 2


def test_a_calm_bladder_check_leaves_booking_open(asked: Asks) -> None:
    questionnaire = asked("F37")

    send(questionnaire, FINE)

    assert booking_standing(questionnaire.patient, now=LATER).may_book


def test_only_those_who_may_take_small_amounts_are_asked_about_it(asked: Asks) -> None:
    questionnaire = asked("F31", microdosing_now="no")

    with pytest.raises(AssertionError):
        ask_again(questionnaire.intake, "F39", now=LATER)


@pytest.mark.parametrize("told", ["yes", "prefer_not"])
def test_those_who_do_or_would_rather_not_say_are_asked(asked: Asks, told: str) -> None:
    assert asked("F39", microdosing_now=told).asks == ["small-amounts"]
