"""The worked cases of the published protocol come out as written."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from screening.cases import disagreements, run
from screening.loader import PROTOCOLS
from screening.protocol import Outcome
from tests.cases import CASES, PROTOCOL

NAME = PROTOCOL.name
BASELINE = CASES["V000"]


def test_all_cases_of_the_specification_are_there_and_told_apart_from_the_stories_by_their_number() -> None:
    given = [case for case in CASES if case < "V500"]

    assert (len(given), len(CASES) - len(given)) == (136, 344)


def test_every_rule_is_triggered_by_a_case_that_names_it() -> None:
    triggered = {finding.rule.id for case in CASES.values() for finding in run(PROTOCOL, case, BASELINE).findings}
    named = {rule for case in CASES.values() for rule in case.rules}

    assert [rule.id for rule in PROTOCOL.rules if rule.id not in triggered & named] == []


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.id)
def test_a_worked_case_comes_out_as_written(case) -> None:
    assert disagreements(PROTOCOL, [BASELINE, case]) == []


def test_a_wrong_case_is_noticed() -> None:
    wrong = replace(
        BASELINE,
        outcome=Outcome.URGENT,
        priority="P0",
        services={"ket_iv_im": Outcome.URGENT, "ket_home": Outcome.READY_TO_BOOK},
        rules=("R001", "R002"),
        clear=("R003", "R053"),
    )

    assert [each.what for each in disagreements(PROTOCOL, [wrong])] == [
        "outcome is ready_to_book, not urgent",
        "priority is P4, not P0",
        "ket_iv_im is ready_to_book, not urgent",
        "ket_home is not asked about, not ready_to_book",
        "R001 was not triggered",
        "R002 was not triggered",
        "R053 is not a clear check",
    ]


def test_the_baseline_has_nothing_undecided_and_many_clear_checks() -> None:
    result = run(PROTOCOL, BASELINE, BASELINE)

    assert result.undecided == ()
    assert len(result.clear) > 100


def test_the_cases_come_out_the_same_to_the_byte_in_every_process() -> None:
    programme = (
        "import hashlib; from screening.cases import run; from screening.engine import canonical; "
        "from screening.loader import PROTOCOLS, load_cases, published; "
        f"protocol = published({NAME!r}); cases = load_cases(PROTOCOLS / {NAME!r}, protocol); "
        "sums = [canonical(run(protocol, case, cases[0]).as_json()) for case in cases]; "
        "print(hashlib.sha256(b' '.join(sums)).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", programme],
            cwd=PROTOCOLS.parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(printed) == 1
    assert len(printed.pop()) == 65
