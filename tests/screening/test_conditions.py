"""The condition language: what it reads, what it refuses, and when it cannot tell."""

from __future__ import annotations

import pytest

from screening.condition_nodes import CANNOT_TELL, AtLeast
from screening.conditions import NotACondition, parse


class Told:
    """A made-up set of named values."""

    def __init__(self, doubt: frozenset[str] = frozenset({"not_sure"}), **values: object) -> None:
        self.values, self.doubt = values, doubt

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
        return None

    def count(self, function: str, arguments: tuple[object, ...]) -> object:
        return self.values[function]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("q == 'yes'", "yes", True),
        ("q == 'yes'", "no", False),
        ("q == 'yes'", None, False),
        ("q == 'yes'", CANNOT_TELL, None),
        ("q == 'yes'", "not_sure", None),
        ("q in ('yes','not_sure')", "not_sure", True),
        ("q in ('a','b')", "c", False),
        ("q != 'no'", "yes", True),
        ("q != 'no'", "no", False),
        ("q != 'no'", CANNOT_TELL, True),
        ("q != 'no'", "not_sure", True),
        ("q not in ('no',)", "not_sure", True),
        ("not q == 'yes'", CANNOT_TELL, None),
        ("q is None", CANNOT_TELL, True),
        ("q is None", None, True),
        ("q is not None", CANNOT_TELL, None),
        ("q is not None and q >= 5", 5, True),
        ("q is not None and q >= 5", 4, False),
        ("q is not None and q >= 5", None, False),
        ("q is not None and q >= 5", CANNOT_TELL, None),
        ("18 <= q < 21", 18, True),
        ("18 <= q < 21", 21, False),
        ("q", True, True),
        ("q", CANNOT_TELL, None),
        ("q == 'a' or q == 'b'", CANNOT_TELL, None),
    ],
)
def test_what_a_condition_says(text: str, value: object, expected: bool | None) -> None:
    assert parse(text).ask(Told(q=value)) is expected


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (True, None, None, True),
        (False, None, False, None),
        (None, None, None, None),
        (True, False, False, True),
    ],
)
def test_three_answers_combine(a: bool | None, b: bool | None, both: bool | None, either: bool | None) -> None:
    told = Told(a=CANNOT_TELL if a is None else a, b=CANNOT_TELL if b is None else b)

    assert parse("a and b").ask(told) is both
    assert parse("b and a").ask(told) is both
    assert parse("a or b").ask(told) is either
    assert parse("b or a").ask(told) is either


@pytest.mark.parametrize(
    ("least", "text", "expected"),
    [
        (3, "med_sev('psy') == 3", True),
        (2, "med_sev('psy') == 3", None),
        (3, "med_sev('psy') == 2", False),
        (2, "med_ntag('QT') >= 2", True),
        (1, "med_ntag('QT') >= 2", None),
        (0, "med_count_all() == 0", True),
    ],
)
def test_a_number_that_may_be_more_rules_nothing_out(least: int, text: str, expected: bool | None) -> None:
    function = text.split("(")[0]

    assert parse(text).ask(Told(**{function: AtLeast(least)})) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "q ==",
        "__import__('os')",
        "q.upper()",
        "q[0]",
        "lambda: 1",
        "q == other",
        "q == 1.5 + 2",
        "has(q)",
        "has(q, [])",
        "unk()",
        "unknown_function('x')",
        "med_tag(q)",
        "f'{q}'",
        "(q := 'a') == 'a'",
        "q == 'a' if q else 'b'",
        "x" * 3000,
        "(" * 500 + "q" + ")" * 500,
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(NotACondition):
        parse(text)


def test_a_condition_says_what_it_reads() -> None:
    condition = parse("unk('a','b') or has(c,'x') and age >= 18 and med_tag('QT')")

    assert condition.reads == ("a", "b", "c", "age", "med_tag")
