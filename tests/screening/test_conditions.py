"""The condition language: what it reads, what it refuses, and when it cannot tell."""

from __future__ import annotations

import pytest

from screening.condition_nodes import CANNOT_TELL, AtLeast, Equal
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
    ("left", "right", "expected"),
    [
        (5, 5, True),
        (4, 5, False),
        (None, 5, False),
        (5, None, False),
        (None, None, False),
        (None, CANNOT_TELL, None),
        (CANNOT_TELL, None, None),
        (CANNOT_TELL, 5, None),
        (5, CANNOT_TELL, None),
        (CANNOT_TELL, CANNOT_TELL, None),
        (AtLeast(5), 5, True),
        (AtLeast(4), 5, None),
        (AtLeast(4), CANNOT_TELL, None),
        (AtLeast(4), None, False),
    ],
)
def test_two_named_numbers_are_compared_when_both_are_known(left: object, right: object, expected: bool | None) -> None:
    assert parse("a >= b").ask(Told(a=left, b=right)) is expected


@pytest.mark.parametrize(
    ("operator", "less", "equal", "more"),
    [
        ("==", None, True, False),
        (">=", None, True, True),
        (">", None, None, True),
        ("<=", None, None, False),
        ("<", None, False, False),
    ],
)
def test_a_number_of_at_least_so_much_is_compared_as_far_as_it_can_be(
    operator: str, less: bool | None, equal: bool | None, more: bool | None
) -> None:
    condition = parse(f"med_ntag('QT') {operator} 2")

    told = [condition.ask(Told(med_ntag=AtLeast(least))) for least in (1, 2, 3)]

    assert [type(each) for each in told] == [type(each) for each in (less, equal, more)]
    assert told == [less, equal, more]


@pytest.mark.parametrize(
    ("text", "low", "equal", "high"),
    [
        ("q < 5", True, False, False),
        ("q <= 5", True, True, False),
        ("q > 5", False, False, True),
        ("q >= 5", False, True, True),
        ("q == 5", False, True, False),
        ("5 > q", True, False, False),
        ("5 >= q", True, True, False),
        ("5 < q", False, False, True),
        ("5 <= q", False, True, True),
        ("5 == q", False, True, False),
        ("5 == med_count_all()", False, True, False),
        ("4.5 <= q <= 5.5", False, True, False),
    ],
)
def test_numbers_are_compared_on_either_side(text: str, low: bool, equal: bool, high: bool) -> None:
    told = [parse(text).ask(Told(q=value, med_count_all=value)) for value in (4, 5, 6)]

    assert told == [low, equal, high]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (("x",), True),
        (("a", "y"), True),
        (("a",), False),
        (("a", "not_sure"), None),
        (("x", "not_sure"), True),
        (("adopted",), None),
        ("x", True),
        ("a", False),
        ("not_sure", None),
        (None, False),
        (CANNOT_TELL, None),
    ],
)
def test_a_tick_is_looked_for_and_doubt_beside_others_cannot_tell(answer: object, expected: bool | None) -> None:
    assert parse("has_any(q, ('x', 'y'))").ask(Told(q=answer)) is expected


def test_one_tick_is_looked_for_by_its_whole_code() -> None:
    assert parse("has(q, 'xy')").ask(Told(q=("x", "y"))) is False
    assert parse("has(q, 'xy')").ask(Told(q=("xy",))) is True
    assert parse("has(q, 'xy')").ask(Told(q="xy")) is True


def test_while_it_is_asked_in_order_a_doubtful_tick_is_no_doubt_yet() -> None:
    assert parse("has(q, 'x')").ask(Told(doubt=frozenset(), q=("not_sure",))) is False


def test_unk_is_about_the_questions_nobody_answered_for_sure() -> None:
    told = Told()
    told.unknown = {"b"}

    assert parse("unk('a', 'b')").ask(told) is True
    assert parse("unk('a')").ask(told) is False


@pytest.mark.parametrize(("value", "is_true"), [(True, True), (False, False), (None, False), (CANNOT_TELL, None)])
def test_a_flag_and_its_opposite(value: object, is_true: bool | None) -> None:
    assert parse("q").ask(Told(q=value)) is is_true
    assert parse("not q").ask(Told(q=value)) is (None if is_true is None else not is_true)


def test_functions_are_asked_with_their_name_and_arguments() -> None:
    asked: list[object] = []

    class Asks(Told):
        def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
            asked.append((function, arguments))
            return True

        def count(self, function: str, arguments: tuple[object, ...]) -> object:
            asked.append((function, arguments))
            return 3

        def tagged(self, tag: str) -> bool | None:
            asked.append(tag)
            return True

        def wants(self, service: str) -> bool:
            asked.append(service)
            return True

    assert parse("med_tag_other('QT', 'SRI') and med_check_positive(('a', 'b'))").ask(Asks()) is True
    assert parse("med_sev('psy') == 3").ask(Asks()) is True
    assert parse("med_tag('QT') and wants('talk')").ask(Asks()) is True
    assert asked == [
        ("med_tag_other", ("QT", "SRI")),
        ("med_check_positive", (frozenset({"a", "b"}),)),
        ("med_sev", ("psy",)),
        "QT",
        "talk",
    ]


@pytest.mark.parametrize(
    ("text", "reads", "names", "calls", "asks_medicines"),
    [
        ("a", ("a",), {"a"}, False, False),
        ("a == 'x'", ("a",), {"a"}, False, False),
        ("a not in ('x','y')", ("a",), {"a"}, False, False),
        ("a is not None", ("a",), {"a"}, False, False),
        ("not (a or b)", ("a", "b"), {"a", "b"}, False, False),
        ("a < b", ("a", "b"), {"a", "b"}, False, False),
        ("1 < a < b and a == 2", ("a", "b"), {"a", "b"}, False, False),
        ("has_any(a, ('x',))", ("a",), {"a"}, False, False),
        ("unk('a') and wants('talk')", ("a", "wants"), {"a"}, True, False),
        ("med_sev('psy') >= 2", ("med_sev",), set(), True, True),
    ],
)
def test_a_condition_knows_its_names_and_functions(
    text: str, reads: tuple[str, ...], names: set[str], calls: bool, asks_medicines: bool
) -> None:
    condition = parse(f"  {text} ")

    assert (condition.text, condition.reads, condition.names) == (text, reads, names)
    assert (condition.calls, condition.asks_medicines) == (calls, asks_medicines)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the condition is empty or too long"),
        ("x" * 2001, "the condition is empty or too long"),
        (f"q == '{'x' * 90}", f"cannot be read: {'q == ' + chr(39) + 'x' * 74!r}"),
        ("lambda: 1", "is not part of the language: 'lambda: 1'"),
        (f"[{'q, ' * 40}]", f"is not part of the language: {'[' + 'q, ' * 26 + 'q'!r}"),
        ("a == b", "is not a comparison of the language: a with b"),
        (f"{'a' * 70} == {'b' * 70}", f"is not a comparison of the language: {'a' * 60} with {'b' * 60}"),
        ("3 != a", "compares a number in a way the language does not have"),
        ("a() > 3", "is not a number of the language: 'a()'"),
        (f"{'a' * 90}() > 3", f"is not a number of the language: {'a' * 80!r}"),
        ("has(a)", "has() takes 2 to 2 arguments, not 1"),
        ("unk()", "unk() takes 1 to 20 arguments, not 0"),
        ("med_sev() > 2", "med_sev() takes 1 to 1 arguments, not 0"),
        ("q in ('a', 1)", "is not a comparison of the language: q with ('a', 1)"),
        ("med_tag(a)", "med_tag() cannot take 'a'"),
        ("has(a, b)", "has() cannot take 'b'"),
        (f"med_tag({'a' * 70})", f"med_tag() cannot take {'a' * 60!r}"),
    ],
)
def test_why_a_condition_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotACondition) as refused:
        parse(text)

    assert str(refused.value) == why


def test_the_longest_condition_is_read() -> None:
    assert parse("x" * 2000).reads == ("x" * 2000,)


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


def test_one_comparison_is_a_tree_of_one_node_and_what_cannot_be_told_says_so() -> None:
    assert parse("a == 'x'").tree == Equal("a", frozenset({"x"}))
    assert repr(CANNOT_TELL) == "cannot tell"


def test_a_condition_says_what_it_reads() -> None:
    condition = parse("unk('a','b') or has(c,'x') and age >= 18 and med_tag('QT')")

    assert condition.reads == ("a", "b", "c", "age", "med_tag")
