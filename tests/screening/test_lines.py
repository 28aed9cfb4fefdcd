"""Lines of a stream, and what a case of the command line holds: its id, what it leaves out, how long it may be."""

from __future__ import annotations

import io

import pytest

from screening.facts import Clinic
from screening.lines import LONGEST_LINE, BadLine, decoded, lines_of, read_case
from screening.medicine_facts import Listed
from tests.screening.test_bad_lines import changed
from tests.screening.test_command_line import BASE


def test_lines_are_cut_at_line_ends_only_and_blank_ones_are_left_out() -> None:
    stream = io.BytesIO(b"\xef\xbb\xbfone\r\n\r\n \t\n\xef\xbb\xbf\ntwo\x0bthree\xe2\x80\xa8four\nfive")
    assert [decoded(raw) for raw in lines_of(stream)] == ["one", "two\x0bthree\u2028four", "five"]


def test_a_line_without_end_is_refused_once_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.lines.MOST_BYTES", 10)
    assert list(lines_of(io.BytesIO(b"x" * 35 + b"\nnext\n" + b"y" * 10 + b"\nlast"))) == [
        b"x" * 10,
        b"next\n",
        b"y" * 10,
        b"last",
    ]


def test_a_case_and_the_sentence_that_refuses_it_carry_its_id() -> None:
    assert read_case(changed(id="V7")).id == "V7"
    for id_, line in (("V8", changed(id="V8", on="soon")), (9, changed(id=9, meds=[])), (None, changed(id=[]))):
        with pytest.raises(BadLine) as refused:
            read_case(line)
        assert refused.value.case_id == id_
    assert BadLine("why", ["an", "id"]).case_id is None


def test_what_a_case_leaves_out_is_empty_or_not_known() -> None:
    case = read_case('{"on": "2026-11-20", "answers": {}}')
    assert (case.id, case.answers, case.medications, case.clinic) == (None, {}, (), Clinic())
    undated = read_case(changed(medications=[{"text": "lithium", "last_taken": ""}]))
    assert undated.medications == (Listed("lithium", "unsure"),)


def test_what_is_just_as_long_as_it_may_be_is_read() -> None:
    assert len(decoded(b"x" * LONGEST_LINE + b"\r\n")) == LONGEST_LINE
    assert len(read_case(changed(answers={f"k{n}": 1 for n in range(10_000)})).answers) == 10_000
    assert read_case(changed(**{f"column {number}": 1 for number in range(100 - len(BASE))})).id == BASE["id"]
    texts = [each.text for each in read_case(changed(medications=[{"text": "x" * 2_500}] * 3)).medications]
    assert [len(text) for text in texts] == [2_500, 2_500, len("1 more medicines")]
