"""Which checks an answer or a medicine wakes: those that sleep surely come out as no, found once per protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from screening.answers import DOUBT, Answer, is_doubt
from screening.condition_nodes import Ask, Call, Every, Known, Node, Number, Ordered, Some
from screening.conditions import Condition
from screening.questions import CHOSEN, Question

Checks = tuple[int, ...]
"""Some checks, by their places in the order in which they are asked."""


class Waking(NamedTuple):
    """The checks that each answer to one question wakes.

    `by_answer` has the answers that are codes. `other` are the checks that wake at anything else: a question that is
    not shown, no answer, one that cannot be read, several ticks.
    """

    by_answer: Mapping[Answer, Checks]
    other: Checks


class Wakers(NamedTuple):
    """What wakes the checks of a protocol.

    `tags` are those that wake when a medicine carries a tag, or may; `medicines` are all of them. `always` never sleep.
    """

    questions: Mapping[str, Waking]
    tags: Mapping[str, Checks]
    medicines: Checks
    always: Checks


@dataclass(slots=True)
class _OnlyAnswer:
    """All that is known is the answer to one question; or nothing but that no medicine carries a tag."""

    values: dict[str, object] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    doubt: frozenset[str] = DOUBT

    def tagged(self, tag: str) -> bool | None:
        raise LookupError(tag)

    def wants(self, service: str) -> bool:
        raise LookupError(service)

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
        raise LookupError(function)

    def count(self, function: str, arguments: tuple[object, ...]) -> object:
        return 0


def wakers(questions: Mapping[str, Question], checks: Iterable[Condition]) -> Wakers:
    """What wakes each check. One that sleeps is clear: it reads an answer that was given, or the medicines.

    A check sleeps when the part of it that is asked first surely says no: of parts joined by "and" the first, of parts
    joined by "or" all. It is these parts themselves that are asked about each answer, so nothing is said here in
    another way. A check whose first part reads more than one question or one tag, or breaks, never sleeps.

    Args:
        questions: those of the protocol.
        checks: the conditions of its rules, in the order in which they are asked.
    """
    woken: dict[str, dict[Answer, list[int]]] = {
        name: {answer: [] for answer in _answers(question)} for name, question in questions.items()
    }
    other, tags = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    always = []
    for place, condition in enumerate(checks):
        parts = list(_asked_first(condition.tree))
        if not all(_tag(part) or _question(part) in questions for part in parts):
            always.append(place)
            continue
        for part in parts:
            if tag := _tag(part):
                tags[tag].append(place)
                continue
            name = _question(part)
            other[name].append(place)
            for answer in _waking(part, name, woken[name]):
                woken[name][answer].append(place)
    return Wakers(
        {name: Waking({a: tuple(by[a]) for a in by}, tuple(other[name])) for name, by in woken.items()},
        {tag: tuple(places) for tag, places in tags.items()},
        tuple({place for places in tags.values() for place in places}),
        tuple(always),
    )


def shown_by(show_if: Condition, questions: Mapping[str, Question]) -> Ask:
    """A show_if as it is asked while the questions are walked; one that reads one question is asked beforehand.

    Args:
        show_if: says when a question is shown.
        questions: those that it may read.
    """
    name, ask = show_if.reads[0], show_if.ask
    if len(show_if.reads) > 1 or name not in questions:
        return ask
    told = {answer: ask(_only(name, answer, frozenset())) for answer in _answers(questions[name])}

    def is_shown(known: Known) -> bool | None:
        answer = known.values[name]
        return told[answer] if answer in told else ask(known)

    return is_shown


def _asked_first(tree: Node) -> Iterator[Node]:
    """The parts that are asked before anything else can be: all of them say no, or the tree does not."""
    if isinstance(tree, Every):
        yield from _asked_first(tree.parts[0])
    elif isinstance(tree, Some):
        for part in tree.parts:
            yield from _asked_first(part)
    elif isinstance(tree, Call) and tree.function == "unk":
        yield from (Call("unk", (name,)) for name in tree.arguments)
    else:
        yield tree


def _question(part: Node) -> str:
    """The one name that a part reads, empty when there are several."""
    names = set(part.names())
    return names.pop() if len(names) == 1 else ""


def _tag(part: Node) -> str:
    """The tag without which a part surely says no, empty when there is none: `med_tag('QT')`, `med_ntag('QT') >= 2`."""
    match part:
        case Call(function="med_tag", arguments=(str() as tag,)):
            return tag
        case Ordered(left=Number(name="med_ntag", arguments=(str() as tag,))) if _says_no(part.ready(), _OnlyAnswer()):
            return tag
    return ""


def _waking(part: Node, name: str, answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers to which a part does not surely say no."""
    ask = part.ready()
    for answer in answers:
        if not _says_no(ask, _only(name, answer)):
            yield answer


def _answers(question: Question) -> list[Answer]:
    """The answers to a question that are codes; of several that may be ticked each alone."""
    if question.kind == "multi":
        return [(code,) for code in question.codes]
    return list(question.codes) if question.kind in CHOSEN else []


def _only(name: str, answer: Answer, doubt: frozenset[str] = DOUBT) -> _OnlyAnswer:
    return _OnlyAnswer({name: answer}, {name} if is_doubt(answer) else set(), doubt)


def _says_no(ask: Ask, known: _OnlyAnswer) -> bool:
    try:
        return ask(known) is False
    except Exception:  # noqa: BLE001 - whatever breaks is told when a whole intake is asked about
        return False
