"""The nodes of a condition's tree: each becomes a function that answers True, False, or None for "cannot tell"."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from screening.answers import is_doubt

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
    """What a condition may ask: named values, which questions nobody answered for sure, and functions.

    `doubt` are the codes that count as doubt. `facts.Facts` is one.
    """

    values: dict[str, object]
    unknown: set[str]
    doubt: frozenset[str]

    def tagged(self, tag: str) -> bool | None: ...
    def wants(self, service: str) -> bool: ...
    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None: ...
    def count(self, function: str, arguments: tuple[object, ...]) -> object: ...


Ask = Callable[[Known], bool | None]
"""A part of a condition made ready: asked about what is known, it answers."""


class Node(Protocol):
    """One part of a condition. It is walked once, when a protocol is loaded; what it makes is asked many times."""

    def ready(self) -> Ask: ...
    def names(self) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Flag:
    """A derived value that is itself yes or no: `bp_ok`."""

    name: str

    def ready(self) -> Ask:
        name = self.name

        def ask(known: Known) -> bool | None:
            value = known.values[name]
            return None if value is CANNOT_TELL else bool(value)

        return ask

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Equal:
    """`name == 'a'` or `name in ('a', 'b')`."""

    name: str
    choices: frozenset[str]

    def ready(self) -> Ask:
        name, choices = self.name, self.choices

        def ask(known: Known) -> bool | None:
            value = known.values[name]
            if value is None:
                return False
            if value in choices:
                return True
            return None if value is CANNOT_TELL or value in known.doubt else False

        return ask

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Differs:
    """`name != 'a'` or `name not in ('a', 'b')`: true for every answer that is not one of these, doubt included."""

    name: str
    choices: frozenset[str]

    def ready(self) -> Ask:
        name, choices = self.name, self.choices
        return lambda known: known.values[name] not in choices

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Absent:
    """`name is None` (absent=True) or `name is not None`; a value that cannot be told is None, but not surely None."""

    name: str
    absent: bool

    def ready(self) -> Ask:
        name, absent = self.name, self.absent

        def ask(known: Known) -> bool | None:
            value = known.values[name]
            if value is CANNOT_TELL:
                return True if absent else None
            return (value is None) is absent

        return ask

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Number:
    """A named number, or a function that gives one."""

    name: str
    arguments: tuple[object, ...] | None = None

    def ready(self) -> Callable[[Known], object]:
        name, arguments = self.name, self.arguments
        if arguments is None:
            return lambda known: known.values[name]
        return lambda known: known.count(name, arguments)


@dataclass(frozen=True, slots=True)
class Ordered:
    """`number >= 140` and the like; the right side is a number or another named number."""

    left: Number
    compare: Callable[[float, float], bool]
    right: float | Number

    def ready(self) -> Ask:
        number, compare, limit = self.left.ready(), self.compare, self.right
        if isinstance(limit, Number):
            other = limit.ready()
            return lambda known: _compared(number(known), compare, other(known))

        def ask(known: Known) -> bool | None:
            left = number(known)
            kind = type(left)
            if kind is float or kind is int:
                return compare(left, limit)  # type: ignore[arg-type]
            return _compared(left, compare, limit)

        return ask

    def names(self) -> Iterator[str]:
        yield self.left.name
        if isinstance(self.right, Number):
            yield self.right.name


def _compared(left: object, compare: Callable[[float, float], bool], right: object) -> bool | None:
    """What a comparison says of two values of which either may be nothing, not known, or the left one open-ended."""
    if left is None or right is None:
        return None if left is CANNOT_TELL or right is CANNOT_TELL else False
    if left is CANNOT_TELL or right is CANNOT_TELL:
        return None
    if type(left) is AtLeast:
        return _open_ended(left.number, compare, float(right))  # type: ignore[arg-type]
    return compare(left, right)  # type: ignore[arg-type]


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

    def ready(self) -> Ask:
        function, arguments = self.function, self.arguments
        if function == "unk":
            return lambda known: not known.unknown.isdisjoint(arguments)
        if function in ABOUT_QUESTIONS:
            return _has(str(arguments[0]), arguments[1])
        about = str(arguments[0]) if arguments else ""
        if function == "med_tag":
            return lambda known: known.tagged(about)
        if function == "wants":
            return lambda known: known.wants(about)
        return lambda known: known.call(function, arguments)

    def names(self) -> Iterator[str]:
        if self.function == "unk":
            yield from (str(name) for name in self.arguments)
        elif self.function in ABOUT_QUESTIONS:
            yield str(self.arguments[0])
        else:
            yield self.function


def _has(name: str, wanted: object) -> Ask:
    """Whether one of the ticks is wanted; with a doubtful tick among others that are not, it cannot be told."""
    looked_for: frozenset[object] = wanted if isinstance(wanted, frozenset) else frozenset({wanted})

    def ask(known: Known) -> bool | None:
        answer = known.values[name]
        if answer is None:
            return False
        if answer is CANNOT_TELL:
            return None
        ticks = answer if isinstance(answer, tuple) else (answer,)
        if not looked_for.isdisjoint(ticks):
            return True
        return None if known.doubt and is_doubt(ticks) else False

    return ask


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; one that surely does not is enough to say no."""

    parts: tuple[Node, ...]

    def ready(self) -> Ask:
        parts = tuple(part.ready() for part in self.parts)

        def ask(known: Known) -> bool | None:
            answer: bool | None = True
            for part in parts:
                told = part(known)
                if told is False:
                    return False
                if told is None:
                    answer = None
            return answer

        return ask

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; one that surely does is enough to say yes."""

    parts: tuple[Node, ...]

    def ready(self) -> Ask:
        parts = tuple(part.ready() for part in self.parts)

        def ask(known: Known) -> bool | None:
            answer: bool | None = False
            for part in parts:
                told = part(known)
                if told is True:
                    return True
                if told is None:
                    answer = None
            return answer

        return ask

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node

    def ready(self) -> Ask:
        part = self.part.ready()

        def ask(known: Known) -> bool | None:
            told = part(known)
            return None if told is None else not told

        return ask

    def names(self) -> Iterator[str]:
        return self.part.names()
