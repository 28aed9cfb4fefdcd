"""The worked cases of the published protocol come out as written."""

from __future__ import annotations

import pytest

from screening.cases import disagreements, run
from screening.loader import PROTOCOLS, load_cases, published

NAME = "2026-11"
PROTOCOL = published(NAME)
CASES = load_cases(PROTOCOLS / NAME)


def test_there_are_all_the_worked_cases() -> None:
    assert len(CASES) == 136


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_worked_case_comes_out_as_written(case) -> None:
    assert disagreements(PROTOCOL, [CASES[0], case]) == []


def test_a_wrong_case_is_noticed() -> None:
    from dataclasses import replace

    wrong = replace(CASES[0], priority="P0", rules=("R001",))

    assert [each.what for each in disagreements(PROTOCOL, [wrong])] == [
        "priority is P4, not P0",
        "R001 was not triggered",
    ]


def test_the_baseline_has_nothing_undecided_and_many_clear_checks() -> None:
    result = run(PROTOCOL, CASES[0], CASES[0])

    assert result.undecided == ()
    assert len(result.clear) > 100
