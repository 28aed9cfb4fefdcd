"""The facts of an intake: kept while nothing changes that they hang on, and worked out anew when anything does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic.intake import protocols
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import NOW

pytestmark = pytest.mark.django_db
LINE = {"id": "1", "name": "nardil", "status": "taking", "dose": "", "last_taken": "", "confirmed_as": ""}


def other_answers(intake: Intake) -> None:
    intake.answers = {**intake.answers, "safe_now": "no"}


def an_answer_in_place(intake: Intake) -> None:
    intake.answers["safe_now"] = "no"


def an_answer_less(intake: Intake) -> None:
    del intake.answers["safe_now"]


def another_medicine(intake: Intake) -> None:
    intake.medicines = [LINE]


def a_medicine_in_place(intake: Intake) -> None:
    intake.medicines.append(LINE)


CHANGES = [other_answers, an_answer_in_place, an_answer_less, another_medicine, a_medicine_in_place]


def test_they_are_worked_out_once(fill: Any) -> None:
    intake = fill()

    assert protocols.facts_of(intake, now=NOW) is protocols.facts_of(intake, now=NOW)
    assert protocols.facts_of(intake, now=NOW, answers={"safe_now": "no"}).answers["safe_now"] == "no"
    assert protocols.facts_of(intake, now=NOW).answers["safe_now"] == "yes"


@pytest.mark.parametrize("change", CHANGES)
def test_they_are_those_of_what_is_told_now(fill: Any, change: Callable[[Intake], None]) -> None:
    intake = fill()
    before = protocols.facts_of(intake, now=NOW)
    change(intake)
    facts = protocols.facts_of(intake, now=NOW)

    assert (facts.given, facts.medications) != (before.given, before.medications)
    assert (facts.given, facts.medications) == (intake.answers, protocols.listed(intake))


def test_an_answer_that_is_only_equal_is_another_one(fill: Any) -> None:
    intake = fill()
    facts = []
    for answer in (1, True):
        intake.answers = {**intake.answers, "phq9": answer}
        facts.append(protocols.facts_of(intake, now=NOW).answers["phq9"])

    assert facts == ["1", None]


def test_they_are_those_of_the_day_and_of_the_clinic(fill: Any, settings: Any) -> None:
    intake = fill()
    before = protocols.facts_of(intake, now=NOW)
    later = protocols.facts_of(intake, now=NOW + timedelta(days=1))
    settings.LICENSED_REGIONS = frozenset({"US-NV"})

    assert later.on == before.on + timedelta(days=1)
    assert protocols.facts_of(intake, now=NOW).clinic.licensed_regions == {"US-NV"}
