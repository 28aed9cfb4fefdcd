"""The nodes of a condition's tree: each asks what is known and answers True, False, or None for "cannot tell"."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

ABOUT_QUESTIONS: Final = frozenset({"unk", "has", "has_any"})


class CannotTell:
    """Stands where a value was asked for and is not known; there is one, `CANNOT_TELL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "cannot tell"


CANNOT_TELL: Final = CannotTell()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number that is known to be this or more, because something was not recognised or not said."""

    number: float


class Known(Protocol):
    """What a condition may ask: named values and functions. `facts.Facts` is one."""

    values: dict[str, object]
    doubt: frozenset[str]

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None: ...
    def count(self, function: str, arguments: tuple[object, ...]) -> object: ...


class Node(Protocol):
    """One part of a condition."""

    def ask(self, known: Known) -> bool | None: ...
    def names(self) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Flag:
    """A derived value that is itself yes or no: `bp_ok`."""

    name: str

    def ask(self, known: Known) -> bool | None:
        value = known.values[self.name]
        return None if value is CANNOT_TELL else bool(value)

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Equal:
    """`name == 'a'` or `name in ('a', 'b')`."""

    name: str
    choices: frozenset[str]

    def ask(self, known: Known) -> bool | None:
        value = known.values[self.name]
        if value is None:
            return False
        if value in self.choices:
            return True
        return None if value is CANNOT_TELL or value in known.doubt else False

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Differs:
    """`name != 'a'` or `name not in ('a', 'b')`: true for every answer that is not one of these, doubt included."""

    name: str
    choices: frozenset[str]

    def ask(self, known: Known) -> bool | None:
        return known.values[self.name] not in self.choices

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Absent:
    """`name is None` (absent=True) or `name is not None`; a value that cannot be told is None, but not surely None."""

    name: str
    absent: bool

    def ask(self, known: Known) -> bool | None:
        value = known.values[self.name]
        if value is CANNOT_TELL:
            return True if self.absent else None
        return (value is None) is self.absent

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Number:
    """A named number, or a function that gives one."""

    name: str
    arguments: tuple[object, ...] | None = None

    def value(self, known: Known) -> object:
        if self.arguments is None:
            return known.values[self.name]
        return known.count(self.name, self.arguments)


@dataclass(frozen=True, slots=True)
class Ordered:
    """`number >= 140` and the like; the right side is a number or another named number."""

    left: Number
    compare: Callable[[float, float], bool]
    right: float | Number

    def ask(self, known: Known) -> bool | None:
        left = self.left.value(known)
        right = self.right.value(known) if isinstance(self.right, Number) else self.right
        if left is CANNOT_TELL or right is CANNOT_TELL:
            return None
        if left is None or right is None:
            return False
        if isinstance(left, AtLeast):
            return _open_ended(left.number, self.compare, float(right))  # type: ignore[arg-type]
        return self.compare(left, right)  # type: ignore[arg-type]

    def names(self) -> Iterator[str]:
        yield self.left.name
        if isinstance(self.right, Number):
            yield self.right.name


def _open_ended(least: float, compare: Callable[[float, float], bool], right: float) -> bool | None:
    """What can be said of a number that is `least` or more: what more could change cannot be told."""
    if compare is operator.eq:
        return True if least == right else (None if least < right else False)
    if compare in (operator.ge, operator.gt):
        return True if compare(least, right) else None
    return None if compare(least, right) else False


@dataclass(frozen=True, slots=True)
class Call:
    """A yes-or-no function: `has(bladder, 'ic')`, `unk('phq9')`, `med_tag('MAOI')`."""

    function: str
    arguments: tuple[object, ...]

    def ask(self, known: Known) -> bool | None:
        return known.call(self.function, self.arguments)

    def names(self) -> Iterator[str]:
        if self.function == "unk":
            yield from (str(name) for name in self.arguments)
        elif self.function in ABOUT_QUESTIONS:
            yield str(self.arguments[0])
        else:
            yield self.function


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; one that surely does not is enough to say no."""

    parts: tuple[Node, ...]

    def ask(self, known: Known) -> bool | None:
        answer: bool | None = True
        for part in self.parts:
            told = part.ask(known)
            if told is False:
                return False
            if told is None:
                answer = None
        return answer

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; one that surely does is enough to say yes."""

    parts: tuple[Node, ...]

    def ask(self, known: Known) -> bool | None:
        answer: bool | None = False
        for part in self.parts:
            told = part.ask(known)
            if told is True:
                return True
            if told is None:
                answer = None
        return answer

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node

    def ask(self, known: Known) -> bool | None:
        told = self.part.ask(known)
        return None if told is None else not told

    def names(self) -> Iterator[str]:
        return self.part.names()
