"""Answers that do not go together are flags, by the protocol's own rules or by what it leaves out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clinic.intake import protocols
from clinic.reviews.answers import facts_of
from clinic.reviews.contradictions import contradictions
from clinic.reviews.flags import Flag
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db
BEFORE = "2026-11-29T10:00:00+00:00"


def found(changes: dict[str, Any], history: list[list[Any]] | None = None) -> list[Flag]:
    record = records.sealed(changes)
    facts = facts_of(protocols.current(), record.answers["answers"], date.fromisoformat(record.result["on"]))
    return contradictions(facts, history or [])


@pytest.mark.parametrize(("phq9", "si_month", "count"), [("1", "no", 1), ("0", "no", 0), ("2", "passing", 0)])
def test_thoughts_in_one_answer_and_none_in_the_other(phq9: str, si_month: str, count: int) -> None:
    flags = found({"phq9": phq9, "si_month": si_month})

    assert [flag.level for flag in flags] == ["review"] * count


def test_two_pressures_that_the_protocol_treats_differently_are_to_review() -> None:
    (flag,) = found({"bp_sys": "118", "bp_dia": "76"}, [[BEFORE, "bp_sys", "168"], [BEFORE, "bp_dia", "104"]])

    assert flag.level == "review"
    assert flag.rules
    assert [quote.answer for quote in flag.quotes] == ["118 over 76", "168 over 104"]


def test_two_pressures_that_it_treats_alike_are_a_note() -> None:
    (flag,) = found({"bp_sys": "118", "bp_dia": "76"}, [[BEFORE, "bp_sys", "116"]])

    assert flag.level == "note"


def test_one_pressure_is_nothing() -> None:
    assert found({"bp_sys": "118", "bp_dia": "76"}, [[BEFORE, "bp_sys", None], [BEFORE, "phq1", "2"]]) == []


def test_a_pressure_medicine_without_high_pressure_is_a_finding_of_the_protocol() -> None:
    record = records.sealed({"med_none": "takes", "htn_dx": "no"}, [records.medicine("lisinopril")])

    assert "R247" in {each["rule"] for each in record.result["findings"]}
