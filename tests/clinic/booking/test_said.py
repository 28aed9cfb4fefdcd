"""What is said on the phone about a time: each kind of phrase, and that nothing is dropped in silence."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.booking.models import Mode, Part
from clinic.booking.said import Said, read

MONDAY = date(2026, 11, 30)
WHO = {7: "Dr. Ama Osei", 8: "Dr. Jon Lee", 9: "Dr. Ada Lee"}


def said(text: str) -> Said:
    return read(text, today=MONDAY, clinicians=WHO)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("Thu after 4pm, video, Spanish", {"weekdays": {3}, "after": time(16), "modes": {Mode.VIDEO},
                                          "languages": {"es"}}),
        ("Tuesdays or Thursdays", {"weekdays": {1, 3}}),
        ("weekdays before noon", {"weekdays": {0, 1, 2, 3, 4}, "before": time(12)}),
        ("tomorrow", {"days": [(date(2026, 12, 1), date(2026, 12, 1))]}),
        ("next week am", {"days": [(date(2026, 12, 7), date(2026, 12, 13))], "parts": {Part.MORNING}}),
        ("next thu", {"days": [(date(2026, 12, 10), date(2026, 12, 10))]}),
        ("this thu", {"days": [(date(2026, 12, 3), date(2026, 12, 3))]}),
        ("in 2 weeks", {"since": date(2026, 12, 14)}),
        ("Dec 3", {"days": [(date(2026, 12, 3), date(2026, 12, 3))]}),
        ("3rd december", {"days": [(date(2026, 12, 3), date(2026, 12, 3))]}),
        ("12/3 at 2:20pm", {"days": [(date(2026, 12, 3), date(2026, 12, 3))], "at": {time(14, 20)}}),
        ("2026-12-03 at 9:20 am clinic time", {"days": [(date(2026, 12, 3),) * 2], "at": {time(9, 20)},
                                               "by_clinic_clock": True}),
        ("Jan 5", {"days": [(date(2027, 1, 5), date(2027, 1, 5))]}),
        ("after Dec 3", {"since": date(2026, 12, 4)}),
        ("from Dec 3 until Dec 10", {"since": date(2026, 12, 3), "until": date(2026, 12, 10)}),
        ("between 2 and 4pm", {"after": time(14), "before": time(16)}),
        ("2-4pm", {"after": time(14), "before": time(16)}),
        ("11-2pm", {"after": time(11), "before": time(14)}),
        ("9:30 a.m. to 11", {"after": time(9, 30), "before": time(11)}),
        ("after 4", {"after": time(16)}),
        ("after 8", {"after": time(8)}),
        ("evening or morning", {"parts": {Part.EVENING, Part.MORNING}}),
        ("by phone or video", {"modes": {Mode.PHONE, Mode.VIDEO}}),
        ("in person", {"modes": {Mode.IN_PERSON}}),
        ("Midtown", {"places": {"midtown"}, "modes": {Mode.IN_PERSON}}),
        ("phone or Midtown", {"places": {"midtown"}, "modes": {Mode.PHONE, Mode.IN_PERSON}}),
        ("with Dr. Osei", {"clinicians": {7}}),
        ("lee", {"clinicians": {8, 9}}),
        ("Dr. Jon Lee", {"clinicians": {8}}),
        ("not monday", {"not_weekdays": {0}}),
        ("soonest please", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_phrase_is_understood(text: str, understood: dict[str, object]) -> None:
    assert asdict(said(text)) == asdict(Said()) | understood


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Thu after lunch", ["after lunch"]),
        ("Klingon", ["klingon"]),
        ("4", ["4"]),
        ("after 25", ["after 25"]),
        ("Feb 30", ["feb 30"]),
        ("not video", ["not video"]),
        ("with Dr. Who, phone", ["who"]),
        ("every other Thursday", ["every other"]),
        ("13pm", ["13pm"]),
        ("before 0001-01-01", ["before 0001-01-01"]),
        ("after 9999-12-31", ["after 9999-12-31"]),
    ],
)
def test_what_is_not_understood_is_said(text: str, unknown: list[str]) -> None:
    assert said(text).unknown == unknown


def test_no_is_never_read_as_yes() -> None:
    assert said("no video").modes == set()
    assert said("not Thursday").weekdays == set()


def test_what_is_too_long_is_said() -> None:
    assert said("video, " * 40).unknown[-1] == "everything after 120 letters"


@given(st.text(max_size=150))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    said(text)


@given(st.text(alphabet=st.characters(whitelist_categories=["Ll"], max_codepoint=122), min_size=9, max_size=20))
def test_a_word_nobody_knows_is_always_said(word: str) -> None:
    assert said(f"thu zzq{word} video").unknown == [f"zzq{word}"]


def test_every_example_of_the_page_is_understood() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "desk.md").read_text()
    table = page.split("## What can be said")[1].split("\n## ")[0]
    examples = re.findall(r"`([^`]+)`", table)

    assert len(examples) > 20
    assert {text: said(text).unknown for text in examples if said(text).unknown} == {}
