"""Items of scales: none may be skipped, none is pre-set, and one that is missing is never scored as nothing."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.intake import protocols
from clinic.intake.journeys import address
from clinic.intake.models import Intake
from screening.engine import decide
from tests.clinic.intake.conftest import NOW, PROTOCOL, answers_of, page_of

ITEMS = [item for instrument in PROTOCOL.instruments.values() for item in instrument.items]
"""Every scored item of PHQ-9, GAD-7, AUDIT-C, PC-PTSD-5 and PEG."""


@pytest.mark.parametrize("item", ITEMS)
def test_the_specification_lets_no_item_of_a_scale_be_skipped(item: str) -> None:
    question = PROTOCOL.questions[item]

    assert question.required
    assert not {"skip", "prefer_not", "not_sure"} & question.codes


@pytest.mark.django_db
@pytest.mark.parametrize("item", [item for item in ITEMS if item.startswith(("phq", "gad"))])
def test_a_page_without_an_item_says_so_and_saves_nothing_else_in_its_place(fill: Any, let_in: Any, item: str) -> None:
    intake = fill()
    page = page_of(item)
    others = {name: intake.answers.get(name, "0") for name in page.questions if name != item}
    response = let_in(intake).post(address(PROTOCOL, page), others)

    assert response.status_code == 422
    assert Intake.objects.get().answers == intake.answers


@pytest.mark.django_db
@pytest.mark.parametrize("item", [item for item in ITEMS if item.startswith(("phq", "gad"))])
def test_a_missing_item_means_incomplete_and_a_person_looks(fill: Any, item: str) -> None:
    intake = fill()
    answers = {name: answer for name, answer in answers_of().items() if name != item}
    result = decide(protocols.facts_of(intake, now=NOW, answers=answers))

    found = {finding.rule.id for finding in result.findings}
    assert result.outcome != "ready_to_book"
    assert {"R079" if item.startswith("phq") else "R081", "R270"} <= found


@pytest.mark.django_db
@pytest.mark.parametrize("item", ["phq1", "phq9", "gad1"])
def test_no_page_of_a_scale_promises_that_an_item_may_be_skipped(fill: Any, let_in: Any, item: str) -> None:
    page = let_in(fill()).get(address(PROTOCOL, page_of(item)))

    assert page.status_code == 200
    assert "skip" not in page.content.decode().lower().replace('class="skip"', "").replace("skip to main content", "")
