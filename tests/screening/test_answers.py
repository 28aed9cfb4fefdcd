"""What a value is as text and as a number, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from screening.answers import (
    MAX_TEXT,
    SCANNED_CHARACTERS,
    Answer,
    UnreadableAnswer,
    day,
    is_doubt,
    is_visible,
    number,
    plain_text,
    squeezed,
    whole_number_code,
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (5, "5"),
        (1.5, "1.5"),
        (" Jo ", "Jo"),
        ("a\x00b\ud800c", "abc"),
        ("one\ntwo\t3\x07", "one\ntwo\t3"),
        (" \x07 Jo \x07 ", "Jo"),
        ("\ud800", ""),
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


@pytest.mark.parametrize(
    "typed", [True, None, [], "three", "0_0", "1_20", "1" * 31, "nan", "-inf", float("nan"), 10**400]
)
def test_what_is_no_finite_number_is_refused(typed: object) -> None:
    with pytest.raises(UnreadableAnswer, match="^is not a number$"):
        number(typed)


@pytest.mark.parametrize(("typed", "code"), [(2, "2"), (2.0, "2"), (" 2 ", "2"), ("0" * 29 + "3", "3")])
def test_a_whole_number_is_one_code_however_it_is_written(typed: object, code: str) -> None:
    assert whole_number_code(typed) == code


@pytest.mark.parametrize("value", [1.5, "1.5"])
def test_a_number_with_decimals_is_no_code(value: object) -> None:
    with pytest.raises(UnreadableAnswer, match="^is not a whole number$"):
        whole_number_code(value)


@pytest.mark.parametrize(("value", "read"), [(3, 3), (" 3.5 ", 3.5), ("1e3", 1000), ("-0", 0), ("0" * 29 + "3", 3)])
def test_a_number_may_be_typed_in_any_usual_way(value: object, read: float) -> None:
    assert number(value) == read


@pytest.mark.parametrize(
    "value", [date(2026, 11, 20), "2026-11-20", " 2026-11-20 ", "20261120", "2026-11-20" + " " * 20]
)
def test_a_day_is_a_date_or_its_text(value: object) -> None:
    assert day(value) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (20261120, "is not a date"),
        (None, "is not a date"),
        ("2026-11-20" + " " * 21, "is not a date"),
        ("20/11/2026", "is not a date like 1991-05-02"),
        ("0000-01-01", "is not a date like 1991-05-02"),
    ],
)
def test_what_is_no_day_is_refused(value: object, why: str) -> None:
    with pytest.raises(UnreadableAnswer) as refused:
        day(value)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("answer", "doubtful"),
    [
        ("not_sure", True),
        ("prefer_not", True),
        ("unknown", True),
        ("adopted", False),
        ("no", False),
        (("adopted",), True),
        (("none", "not_sure"), True),
        (("none",), False),
        ((), False),
    ],
)
def test_doubt_is_what_a_person_cannot_or_will_not_say(answer: Answer, doubtful: bool) -> None:
    assert is_doubt(answer) is doubtful


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "  "),
        ("Kill  MYSELF!", " kill myself "),
        ("All my XaNaX", " all my xanax "),
        ("can't\tgo on\x00now", " cant go on now "),
        ("can\u2019t g\u00f6 \u00f4n", " cant go on "),
        ("e\u0301nd \u017ft", " end st "),
        ("e\u200bnd it\u3000all", " end it all "),
        ("\uff45\uff4e\uff44 \u00bd", " end 1 2 "),
        ("\u043d\u0435\u0442", "  "),
    ],
)
def test_a_text_is_searched_as_plain_words(text: str, words: str) -> None:
    assert squeezed(text) == words


@pytest.mark.parametrize("letter", ["a", "\u00e9"])
def test_of_a_very_long_text_the_beginning_and_the_end_are_searched(letter: str) -> None:
    half = SCANNED_CHARACTERS // 2
    whole = squeezed("first " + letter * (SCANNED_CHARACTERS - 11) + " last")
    cut = squeezed("first " + letter * SCANNED_CHARACTERS + " last")

    assert len(whole) == SCANNED_CHARACTERS + 2
    assert [len(word) for word in cut.split()] == [5, half - 6, half - 5, 4]
    assert (cut.split()[0], cut.split()[-1]) == ("first", "last")


@pytest.mark.parametrize("text", ["a", "Ä", "٣", "?", "€", " . ", "\u200bx"])
def test_a_letter_a_digit_or_a_sign_can_be_seen(text: str) -> None:
    assert is_visible(plain_text(text))


@pytest.mark.parametrize(
    "text", ["", " ", "\t\r\n", "\u200b\u2060\ufeff", "\x00", "\ud800", *"\u115f\u1160\u2800\u3164\uffa0"]
)
def test_marks_that_take_no_ink_cannot_be_seen(text: str) -> None:
    assert not is_visible(plain_text(text))
