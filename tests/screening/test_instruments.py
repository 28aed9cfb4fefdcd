"""The scales: totals, bands, gaps that are never zero, item 9, and codes. Source: clinical.md section 3."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.answers import UnreadableAnswer
from screening.instruments import band, score
from tests.screening.intakes import PROTOCOL

SCALES = PROTOCOL.instruments
PHQ9, GAD7, AUDITC, PCPTSD5, PEG = (SCALES[name] for name in ("phq9", "gad7", "auditc", "pcptsd5", "peg"))
GAPS = (None, "", "not_sure", "prefer_not")


@pytest.mark.parametrize(
    ("name", "bands"),
    [
        (
            "phq9",
            {
                "minimal": (0, 4),
                "mild": (5, 9),
                "moderate": (10, 14),
                "moderately severe": (15, 19),
                "severe": (20, 27),
            },
        ),
        ("gad7", {"below mild": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)}),
        ("auditc", {"negative": (0, 2), "positive, except for men": (3, 3), "positive": (4, 7), "high risk": (8, 12)}),
        ("pcptsd5", {"negative": (0, 2), "positive": (3, 5)}),
        ("peg", {}),
    ],
)
def test_bands_begin_and_end_where_the_specification_says(name: str, bands: dict[str, tuple[int, int]]) -> None:
    assert {each.name: (each.low, each.high) for each in SCALES[name].bands} == bands
    for told, (low, high) in bands.items():
        assert (band(SCALES[name], low), band(SCALES[name], high)) == (told, told)


@pytest.mark.parametrize("name", ["phq9", "gad7", "auditc", "pcptsd5"])
def test_every_total_has_one_band(name: str) -> None:
    scale = SCALES[name]
    assert scale.bands[0].low == 0
    assert scale.bands[-1].high == scale.highest_item * len(scale.items)
    assert all(one.high + 1 == other.low for one, other in pairwise(scale.bands))
    assert band(scale, scale.bands[-1].high + 1) is None


@pytest.mark.parametrize(
    ("name", "items", "total"),
    [
        ("phq9", [0] * 9, 0),
        ("phq9", [3] * 9, 27),
        ("phq9", ["1", 2.0, " 3 ", 0, 0, 0, 0, 0, 0], 6),
        ("gad7", [3] * 7, 21),
        ("gad7", [1, 0, 2, 0, 0, 0, 1], 4),
        ("auditc", [4, 4, 4], 12),
        ("auditc", [1, 0, 0], 1),
        ("pcptsd5", ["yes", "no", True, False, 1], 3),
        ("pcptsd5", ["no", 0, "0", "1", "yes"], 2),
        ("peg", [4, 5, 6], 5),
        ("peg", [1, 1, 2], 1.33),
        ("peg", [10, 10, 10], 10),
    ],
)
def test_a_complete_form_has_a_total(name: str, items: list[object], total: float) -> None:
    scored = score(SCALES[name], items)
    assert (scored.instrument, scored.total, scored.complete) == (name, total, True)
    assert scored.band == band(SCALES[name], total)


@given(st.sampled_from(sorted(SCALES)), st.data())
def test_a_gap_is_said_and_never_scored_as_zero(name: str, data: st.DataObject) -> None:
    scale = SCALES[name]
    items: list[object] = [data.draw(st.integers(0, scale.highest_item)) for _ in scale.items]
    gap = data.draw(st.integers(1 if scale.scoring == "audit_c" and items[0] == 0 else 0, len(items) - 1))
    items[gap] = data.draw(st.sampled_from(GAPS))
    scored = score(scale, items)
    if scale.scoring == "audit_c" and items[0] == 0:
        assert scored.complete
        return
    assert (scored.instrument, scored.total, scored.band, scored.complete) == (name, None, None, False)
    assert scored.flags[-1] == f"Not answered: item {gap + 1}. No total is given."


def test_every_gap_is_named_and_what_is_left_off_is_one() -> None:
    assert score(GAD7, [1, None, 1, "not_sure", 1]).flags == ("Not answered: item 2, 4, 6, 7. No total is given.",)
    assert score(GAD7, []).complete is False


def test_someone_who_never_drinks_is_not_asked_the_rest() -> None:
    assert (score(AUDITC, [0]).total, score(AUDITC, ["0", None, None]).complete) == (0, True)
    assert score(AUDITC, [0, 3, None]).total == 3
    assert score(AUDITC, [None, 0, 0]).complete is False
    assert score(AUDITC, [1]).complete is False


@pytest.mark.parametrize(("item_nine", "flag"), [(1, "is 1: urgent"), (2, "is 2: urgent"), (3, "is 3: urgent")])
def test_item_nine_above_zero_is_urgent_whatever_the_total(item_nine: int, flag: str) -> None:
    for others in ([0] * 8, [3] * 8, [None] * 8):
        flags = score(PHQ9, [*others, item_nine]).flags
        assert flag in flags[0]
        assert "whatever the total" in flags[0]


def test_item_nine_without_an_answer_is_asked_by_a_person() -> None:
    for items in ([0] * 8, [0] * 8 + ["prefer_not"], []):
        assert score(PHQ9, items).flags[0] == (
            "Item 9 (thoughts of being better off dead or of self-harm) was not answered: a person asks."
        )


def test_item_nine_at_zero_is_no_flag_and_other_scales_have_none() -> None:
    assert score(PHQ9, [3] * 8 + [0]).flags == ()
    assert score(GAD7, [3] * 7).flags == ()


def test_item_nine_is_that_of_the_phq_and_not_of_any_scale_with_nine_items() -> None:
    other, shorter = replace(PHQ9, id="other"), replace(PHQ9, items=PHQ9.items[:8])
    assert score(other, [3] * 9).flags == ()
    assert score(shorter, [3] * 8).flags == ()


@pytest.mark.parametrize(
    ("name", "items", "why"),
    [
        ("phq9", [4], "item 1 of PHQ-9 is not from 0 to 3"),
        ("phq9", [0, -1], "item 2 of PHQ-9 is not from 0 to 3"),
        ("auditc", [5], "item 1 of AUDIT-C is not from 0 to 4"),
        ("peg", [0, 0, 11], "item 3 of PEG is not from 0 to 10"),
        ("pcptsd5", [2], "item 1 of PC-PTSD-5 is not from 0 to 1"),
        ("gad7", [0] * 8, "GAD-7 has 7 items, not 8"),
        ("gad7", [0, 1.5], "item 2 of GAD-7 is not a whole number"),
        ("gad7", ["often"], "item 1 of GAD-7 is not a number"),
        ("gad7", [True], "item 1 of GAD-7 is not a number"),
        ("gad7", [[1]], "item 1 of GAD-7 is not a number"),
        ("gad7", ["yes"], "item 1 of GAD-7 is not a number"),
    ],
)
def test_what_is_not_on_the_scale_is_refused(name: str, items: list[object], why: str) -> None:
    with pytest.raises(UnreadableAnswer) as refused:
        score(SCALES[name], items)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("name", "panel", "total", "first", "last"),
    [
        ("phq9", "44249-1", "44261-6", "44250-9", "44260-8"),
        ("gad7", "69737-5", "70274-6", "69725-0", "69736-7"),
        ("auditc", "72109-2", "75626-2", "68518-0", "68520-6"),
        ("peg", "91148-7", "91147-9", "75893-8", "91146-1"),
    ],
)
def test_loinc_codes_are_carried(name: str, panel: str, total: str, first: str, last: str) -> None:
    scale = SCALES[name]
    assert (scale.codes["panel"], scale.codes["total"]) == (panel, total)
    assert (scale.codes[scale.items[0]], scale.codes[scale.items[-1]]) == (first, last)
    assert set(scale.items) <= set(scale.codes)


def test_codes_of_answers_are_carried_and_those_not_found_are_not_guessed() -> None:
    assert dict(PHQ9.answer_codes["phq9"]) == {"0": "LA6568-5", "1": "LA6569-3", "2": "LA6570-1", "3": "LA6571-9"}
    assert GAD7.answer_codes["gad1"] == PHQ9.answer_codes["phq1"]
    assert AUDITC.answer_codes["auditc2"]["4"] == "LA18932-6"
    assert dict(PCPTSD5.codes) == {}
    assert dict(PEG.answer_codes) == {}
