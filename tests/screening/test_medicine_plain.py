"""Plain lines are read at once, and never otherwise than the whole reader reads them."""

from __future__ import annotations

import time
from datetime import date
from functools import cache
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.medications import Medication, Reading
from screening.medicine_aliases import MEANS
from screening.medicine_names import NameIndex
from screening.medicine_plain import PlainLines
from screening.medicine_reader import Reader
from screening.medicine_text import clean
from tests.screening.medicine_data import known_names, medications

ON = date(2026, 11, 20)
WRITTEN = sorted({name for each in medications() for name in (each.ingredient, *each.brands)} | {*MEANS})
DOSES = ("", "50 mg", "0.5mg", "1000 mcg", "2 g", "10ml", "20 MG", "2026 mg")
OFTEN = [
    *("", "daily", "once daily", "twice daily", "once weekly", "at night", "at bedtime", "nightly", "every day"),
    *("every night", "every morning", "in the morning", "bid", "tid", "qid", "as needed", "when needed", "prn", "BID"),
    *(
        f"{count} {each} {unit}"
        for count, each, unit in product(
            ("once", "twice", "three times", "2 times"), ("a", "per", "every"), ("day", "week")
        )
    ),
]
TAILS = [" ".join(filter(None, both)) for both in product(DOSES, OFTEN)]


@cache
def index() -> NameIndex:
    return NameIndex(medications(), known_names())


@cache
def plain_lines() -> PlainLines:
    return PlainLines(index())


def whole(text: str) -> list[Reading]:
    return Reader(index(), clean(text)[0], ON).readings()


def medication(*names: str) -> Medication:
    return Medication(names[0], names[1:], "", frozenset(), None, None, 0, {"psy": 1, "ket": 1}, "", ())


def test_every_tail_is_read_as_the_whole_reader_reads_it() -> None:
    for tail in TAILS:
        line = f"Sertraline {tail}".strip()
        assert [plain_lines().reading(line)] == whole(line), line


def test_every_name_is_read_as_the_whole_reader_reads_it() -> None:
    read = 0
    for number, name in enumerate(WRITTEN):
        for tail in (TAILS[number % len(TAILS)], TAILS[(number * 7 + 3) % len(TAILS)], ""):
            line = f"{name} {tail}".strip()
            reading = plain_lines().reading(line)
            read += reading is not None
            assert reading is None or [reading] == whole(line), line
    assert read > 0.9 * 3 * len(WRITTEN)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(WRITTEN), st.lists(st.sampled_from([*TAILS, "not", "stopped", "?", ",", "xr", "and"]), max_size=3)
)
@example("Zoloft", ["50 mg", "daily"])
@example("ice", [])
@example("Tylenol", ["3", "daily"])
def test_no_line_is_read_otherwise(name: str, rest: list[str]) -> None:
    line = " ".join([name, *rest])
    reading = plain_lines().reading(line)
    assert reading is None or [reading] == whole(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "zolft",
            "Zoloft stopped",
            "not Zoloft",
            "Zoloft, Xanax",
            "Zoloft\n",
            "Zoloft\t50 mg",
            "Zoloft 50",
            "Zoloft?",
        ),
        *("Zoloft 50 mg daily daily", "Zolo\u017ft", "Zoloft\0", "Zoloft  50 mg", "ice", "spirits", "Celebrex", ""),
        "Zoloft" + " " * 100,
    ],
)
def test_what_is_not_plain_is_left_to_the_whole_reader(line: str) -> None:
    assert plain_lines().reading(line) is None


@pytest.mark.parametrize("longer", ["prozac daily", "prozac 90 mg", "prozac prn plus"])
def test_a_name_that_a_longer_one_goes_on_from_is_left_to_the_whole_reader(longer: str) -> None:
    plain = PlainLines(NameIndex([medication("fluoxetine", "prozac")], {longer: ("something else",)}))
    assert plain.reading("prozac") is None
    assert plain.reading("fluoxetine") is not None


def test_each_longer_name_is_looked_at() -> None:
    longer = ("prozac xyz", "prozac abc", "prozac daily", "prozac zzz")
    plain = PlainLines(NameIndex([medication("fluoxetine", "prozac")], dict.fromkeys(longer, ("something else",))))
    assert plain.reading("prozac") is None


def test_a_longer_name_that_goes_on_otherwise_changes_nothing() -> None:
    plain = PlainLines(NameIndex([medication("fluoxetine", "prozac")], {"prozac xyz": ("something else",)}))
    assert plain.reading("prozac") is not None


def test_as_needed_is_a_status() -> None:
    assert [getattr(plain_lines().reading(f"Xanax 1 mg {often}"), "status", None) for often in ("prn", "daily")] == [
        "as_needed",
        "",
    ]


def test_nothing_that_a_person_wrote_is_kept() -> None:
    plain = PlainLines(index())
    for number in range(500):
        plain.reading(f"zoloft {number} mg daily")
        plain.reading(f"patient{'abcdefghij'[number % 10]} {number} mg")
    assert len(plain._matches) == 1


@pytest.mark.parametrize("part", ["a", "a ", "zoloft ", "1", "once ", "zoloft 1", " "])
def test_a_hostile_line_costs_nothing(part: str) -> None:
    lines = [part * (79 // len(part)), part * 5_000, part * 100_000]
    begun = time.process_time()
    for line in lines * 10:
        plain_lines().reading(line)
    assert time.process_time() - begun < 1
