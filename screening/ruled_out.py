"""What one answer alone rules out: the checks that surely come out as no, found once per protocol by asking them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from screening.answers import DOUBT, Answer, is_doubt
from screening.condition_nodes import Ask, Every, Node
from screening.conditions import Condition
from screening.questions import CHOSEN, Question

RuledOut = Mapping[str, Mapping[Answer, frozenset[str]]]
"""By question and by answer: the ids of the checks that come out as no whatever else is answered."""


@dataclass(slots=True)
class _OnlyAnswer:
    """All that is known is the answer to one question."""

    values: dict[str, object]
    unknown: set[str]
    doubt: frozenset[str] = DOUBT

    def tagged(self, tag: str) -> bool | None:
        raise LookupError(tag)

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
        raise LookupError(function)

    count = call


def by_one_answer(questions: Mapping[str, Question], checks: Iterable[tuple[str, Condition]]) -> RuledOut:
    """What each answer that is a code rules out.

    Only the first part of a check is looked at, as that is what the whole check asks first, and only when it reads one
    question: where it says no, the check says no and asks nothing further. It is the condition itself that is asked, so
    nothing is said here in another way. A check that breaks is left to be asked about the whole intake.

    Args:
        questions: those of the protocol.
        checks: the ids of its rules with their conditions.
    """
    found: dict[str, dict[Answer, set[str]]] = defaultdict(lambda: defaultdict(set))
    for check, condition in checks:
        first = _first(condition.tree)
        names = set(first.names())
        if len(names) == 1 and names <= questions.keys():
            name = names.pop()
            for answer in _ruling_out(first, questions[name]):
                found[name][answer].add(check)
    return {name: {answer: frozenset(ids) for answer, ids in by.items()} for name, by in found.items()}


def _first(tree: Node) -> Node:
    while isinstance(tree, Every):
        tree = tree.parts[0]
    return tree


def _ruling_out(part: Node, question: Question) -> Iterator[Answer]:
    ask = part.ready()
    answers: Iterable[Answer] = question.codes if question.kind in CHOSEN else ()
    if question.kind == "multi":
        answers = [(code,) for code in question.codes]
    for answer in answers:
        unknown = {question.id} if is_doubt(answer) else set()
        if _says_no(ask, _OnlyAnswer({question.id: answer}, unknown)):
            yield answer


def _says_no(ask: Ask, known: _OnlyAnswer) -> bool:
    try:
        return ask(known) is False
    except Exception:  # noqa: BLE001 - whatever breaks is told when a whole intake is asked about
        return False
