"""Many lines on all cores: the same answers in the same order as on one, however many lines there are."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from screening import all_cores
from screening.all_cores import BYTES, LINES, on_all_cores


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_cores.os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("count", [0, 1, LINES, LINES + 1, 20 * LINES + 7])
def test_answers_come_in_the_order_of_the_lines(count: int) -> None:
    lines = [f"{number}".encode() for number in range(count)]

    assert list(on_all_cores(int, lines)) == list(range(count))


def test_many_lines_are_shared_between_processes_and_few_are_not() -> None:
    def where(line: bytes) -> int:
        return os.getpid()

    assert set(on_all_cores(where, [b"x"] * LINES)) == {os.getpid()}
    assert os.getpid() not in set(on_all_cores(where, [b"x"] * (2 * LINES)))


def test_long_lines_are_handed_out_by_their_size() -> None:
    sizes = [len(chunk) for chunk in all_cores._chunks([b"x" * (BYTES + 1), b"y", b"x" * BYTES, b"y", b"y"])]

    assert sizes == [1, 2, 2]


def test_no_more_lines_are_read_than_cores_wait_for() -> None:
    read = 0

    def lines() -> Iterator[bytes]:
        nonlocal read
        for number in range(100 * LINES):
            read += 1
            yield f"{number}".encode()

    answers = on_all_cores(int, lines())

    assert next(answers) == 0
    assert read <= 6 * LINES
    answers.close()  # type: ignore[attr-defined]


def test_a_process_that_is_ended_from_outside_is_an_error_and_not_a_missing_answer() -> None:
    def dies(line: bytes) -> int:
        os._exit(9)

    with pytest.raises(ChildProcessError, match="ended from outside"):
        list(on_all_cores(dies, [b"x"] * (3 * LINES)))
