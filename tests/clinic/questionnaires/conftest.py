"""A patient who sent the form of a worked case, and the questions of one week."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.audit.actors import Actor, patient, system
from clinic.intake.models import Intake
from clinic.questionnaires import actions, presenters
from clinic.questionnaires.models import Questionnaire
from tests.clinic.intake.conftest import NOW, draft, fill, let_in, nudges, submit

__all__ = ["NOW", "draft", "fill", "let_in", "nudges", "submit"]

LATER = NOW + timedelta(days=7)
BY = system("test")
MILD = {f"phq{item}": "1" for item in range(1, 9)} | {"phq9": "0"}
CALM = {f"gad{item}": "1" for item in range(1, 8)}
Asks = Callable[..., Questionnaire]


@pytest.fixture
def asked(fill: Any, submit: Any) -> Asks:
    """Opens the questions of a follow-up for somebody who sent a form."""

    def open_questions(plan: str = "F31", case: str = "V000", *, now: Any = LATER, **others: Any) -> Questionnaire:
        intake = fill(case, **others)
        submit(intake)
        return ask_again(intake, plan, now=now)

    return open_questions


def ask_again(intake: Intake, plan: str, *, now: Any) -> Questionnaire:
    """The questions of another follow-up of the same patient."""
    opened = actions.open_for(patient=intake.patient, asked_for=uuid.uuid4(), plan=plan, by=BY, now=now)
    assert opened
    return opened


def by_of(questionnaire: Questionnaire) -> Actor:
    """The patient."""
    return patient(questionnaire.patient_id)


def answer(questionnaire: Questionnaire, answers: dict[str, Any], *, now: Any = LATER) -> tuple[Questionnaire, bool]:
    """Fills in every page with these answers; whether help was shown on any of them."""
    helped = False
    for page in presenters.sheet_of(questionnaire, now=now).pages:
        told = {name: answers.get(name) for name in page.questions}
        questionnaire, help_now = actions.save_page(
            questionnaire=questionnaire, page=page, answers=told, by=by_of(questionnaire), now=now
        )
        helped = helped or help_now
    return questionnaire, helped


def send(questionnaire: Questionnaire, answers: dict[str, Any], *, now: Any = LATER) -> Questionnaire:
    """Fills in every page and sends it."""
    filled, _ = answer(questionnaire, answers, now=now)
    return actions.send(questionnaire=filled, by=by_of(filled), now=now)


FINE = {
    **dict.fromkeys(("ae_pressure", "ae_unreal", "ae_mood", "ae_falls", "ae_drive", "ae_urine"), "no"),
    **dict.fromkeys(("ae_sleep", "ae_mania"), "no"),
    **dict.fromkeys(("bl_often", "bl_urgent", "bl_night", "bl_pain", "bl_blood", "bl_leak"), "no"),
    "si_month": "no",
}
"""Nothing to tell in any check."""
