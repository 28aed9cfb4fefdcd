"""The condition language: text parsed once into a tree of allowed nodes that answers true, false or cannot tell.

Three answers: True, False, and None for "cannot tell". A comparison with an answer that was asked for and not given, or
that the person was unsure about, cannot be told, unless the condition names that very answer. "Not equal" is true for
them: doubt is never equal to anything, and it never rules anything out.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from screening.condition_nodes import (
    CANNOT_TELL,
    Absent,
    Ask,
    AtLeast,
    Call,
    Differs,
    Equal,
    Every,
    Flag,
    Known,
    Node,
    Not,
    Number,
    Ordered,
    Some,
)
from screening.medicine_reasons import marks_asked_about

__all__ = ["CANNOT_TELL", "AtLeast", "Condition", "Known", "NotACondition", "parse"]

MAX_LENGTH: Final = 2_000
ORDER: Final[dict[type[ast.cmpop], Callable[[float, float], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    "unk": (1, 20),
    "has": (2, 2),
    "has_any": (2, 2),
    "wants": (1, 1),
    "med_tag": (1, 1),
    "med_tag_other": (2, 2),
    "med_unrecognized": (0, 0),
    "med_check_positive": (1, 20),
    "med_only_antiemetic_ap": (0, 0),
    "required_missing": (0, 0),
}
"""Yes-or-no functions and how many arguments each takes."""
NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "med_sev": (1, 1),
    "med_sev_rx": (1, 1),
    "med_sev_otc": (1, 1),
    "med_ntag": (1, 1),
    "med_count_all": (0, 0),
}
"""Functions that give a number."""


class NotACondition(ValueError):
    """A text that is no condition of the language."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition: its text, its tree, and the names that it reads.

    `ask` is the tree made ready, once: asked about what is known, it gives True, False, or None when it cannot be told.
    `names` are those of the names that stand for a value; `calls` is true when others are functions, and
    `asks_medicines` when some of these are about medicines, with these `medicine_marks`.
    """

    text: str
    tree: Node
    reads: tuple[str, ...]
    ask: Ask = field(init=False, repr=False, compare=False)
    names: frozenset[str] = field(init=False, repr=False, compare=False)
    calls: bool = field(init=False, repr=False, compare=False)
    asks_medicines: bool = field(init=False, repr=False, compare=False)
    medicine_marks: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        functions = [name for name in self.reads if name in FUNCTIONS or name in NUMBERS]
        object.__setattr__(self, "ask", self.tree.ready())
        object.__setattr__(self, "names", frozenset(self.reads).difference(functions))
        object.__setattr__(self, "calls", bool(functions))
        object.__setattr__(self, "asks_medicines", any(name.startswith("med_") for name in functions))
        object.__setattr__(self, "medicine_marks", frozenset(marks_asked_about(self.tree)))


def parse(text: str) -> Condition:
    """A condition from its text.

    Args:
        text: for example `phq9 in ('2','3') and not bp_known`.
    Returns:
        The condition; the same text always gives an equal tree.
    Raises:
        NotACondition: the text is not of the language, said in one sentence.
    """
    if not text.strip() or len(text) > MAX_LENGTH:
        raise NotACondition("the condition is empty or too long")
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotACondition(f"cannot be read: {text[:80]!r}") from None
    tree = _node(expression)
    return Condition(text=text.strip(), tree=tree, reads=tuple(dict.fromkeys(tree.names())))


def _node(expression: ast.expr) -> Node:
    match expression:
        case ast.BoolOp(op=ast.And(), values=parts):
            return Every(tuple(_node(part) for part in parts))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return Some(tuple(_node(part) for part in parts))
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return Not(_node(part))
        case ast.Name(id=name):
            return Flag(name)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return Call(name, _arguments(name, arguments, FUNCTIONS[name]))
        case ast.Compare(left=left, ops=ops, comparators=rights):
            pairs = zip([left, *rights[:-1]], ops, rights, strict=True)
            comparisons = tuple(_comparison(a, op, b) for a, op, b in pairs)
            return comparisons[0] if len(comparisons) == 1 else Every(comparisons)
    raise NotACondition(f"is not part of the language: {ast.unparse(expression)[:80]!r}")


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
    match (left, op, right):
        case (ast.Name(id=name), ast.Is() | ast.IsNot(), ast.Constant(value=None)):
            return Absent(name, absent=isinstance(op, ast.Is))
        case (ast.Name(id=name), ast.Eq() | ast.In(), _) if (choices := _choices(right)) is not None:
            return Equal(name, choices)
        case (ast.Name(id=name), ast.NotEq() | ast.NotIn(), _) if (choices := _choices(right)) is not None:
            return Differs(name, choices)
        case (ast.Constant(value=int() | float()), _, ast.Name() | ast.Call()):
            return _comparison(right, _turned(op), left)
        case (_, ast.Eq(), ast.Constant(value=int() as exact)):
            return Ordered(_number(left), operator.eq, float(exact))
        case (_, ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE(), ast.Constant(value=int() | float() as limit)):
            return Ordered(_number(left), ORDER[type(op)], float(limit))
        case (_, ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE(), ast.Name(id=name)):
            return Ordered(_number(left), ORDER[type(op)], Number(name))
    raise NotACondition(f"is not a comparison of the language: {ast.unparse(left)[:60]} with {ast.unparse(right)[:60]}")


def _turned(op: ast.cmpop) -> ast.cmpop:
    turned: dict[type[ast.cmpop], ast.cmpop] = {
        ast.Lt: ast.Gt(),
        ast.LtE: ast.GtE(),
        ast.Gt: ast.Lt(),
        ast.GtE: ast.LtE(),
        ast.Eq: ast.Eq(),
    }
    if type(op) not in turned:
        raise NotACondition("compares a number in a way the language does not have")
    return turned[type(op)]


def _number(expression: ast.expr) -> Number:
    match expression:
        case ast.Name(id=name):
            return Number(name)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in NUMBERS:
            return Number(name, _arguments(name, arguments, NUMBERS[name]))
    raise NotACondition(f"is not a number of the language: {ast.unparse(expression)[:80]!r}")


def _choices(expression: ast.expr) -> frozenset[str] | None:
    match expression:
        case ast.Constant(value=str() as code):
            return frozenset({code})
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            codes = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return frozenset(codes) if codes and len(codes) == len(parts) else None
    return None


def _arguments(name: str, arguments: list[ast.expr], allowed: tuple[int, int]) -> tuple[object, ...]:
    if not allowed[0] <= len(arguments) <= allowed[1]:
        raise NotACondition(f"{name}() takes {allowed[0]} to {allowed[1]} arguments, not {len(arguments)}")
    values: list[object] = []
    for position, argument in enumerate(arguments):
        if isinstance(argument, ast.Name) and name in ("has", "has_any") and position == 0:
            values.append(argument.id)
        elif (choices := _choices(argument)) is not None:
            values.append(next(iter(choices)) if isinstance(argument, ast.Constant) else choices)
        else:
            raise NotACondition(f"{name}() cannot take {ast.unparse(argument)[:60]!r}")
    return tuple(values)
