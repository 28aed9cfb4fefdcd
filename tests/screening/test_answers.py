"""What a value is as text and as a number, and what is refused."""

from __future__ import annotations

import pytest

from screening.answers import MAX_TEXT, UnreadableAnswer, number, plain_text, whole_number_code


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (5, "5"),
        (1.5, "1.5"),
        (" Jo ", "Jo"),
        ("a\x00b\ud800c", "abc"),
        ("one\ntwo\t3\x07", "one\ntwo\t3"),
        ("x" * MAX_TEXT, "x" * MAX_TEXT),
    ],
)
def test_a_text_or_a_number_is_kept_as_text_that_can_be_shown(typed: object, text: str) -> None:
    assert plain_text(typed) == text


@pytest.mark.parametrize("typed", [True, None, ["a"], b"a", {"a": 1}])
def test_what_is_neither_text_nor_number_is_refused(typed: object) -> None:
    with pytest.raises(UnreadableAnswer, match="^is neither text nor a number$"):
        plain_text(typed)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnreadableAnswer, match="^is longer than 20,000 characters$"):
        plain_text("x" * (MAX_TEXT + 1))


@pytest.mark.parametrize("typed", [True, None, [], "three", "1" * 31, "nan", "-inf", float("nan"), 10**400])
def test_what_is_no_finite_number_is_refused(typed: object) -> None:
    with pytest.raises(UnreadableAnswer, match="^is not a number$"):
        number(typed)


@pytest.mark.parametrize(("typed", "code"), [(2, "2"), (2.0, "2"), (" 2 ", "2"), ("0" * 29 + "3", "3")])
def test_a_whole_number_is_one_code_however_it_is_written(typed: object, code: str) -> None:
    assert whole_number_code(typed) == code
