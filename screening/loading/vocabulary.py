"""What a condition may speak about in one protocol, and what is wrong with a condition that speaks of anything else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from screening import derived
from screening.condition_nodes import Absent, Call, Differs, Equal, Every, Flag, Node, Not, Number, Ordered, Some
from screening.conditions import Condition
from screening.questions import Question

NUMBER_KINDS: Final = frozenset({"integer", "number"})
YES_NO: Final = frozenset({"yes", "no"})
COUNTRY: Final = re.compile("[A-Z]{2}")
SEVERITY_OF: Final = frozenset({"psy", "ket"})
ABOUT_ANSWERS: Final = frozenset({"unk", "has", "has_any", "wants"})
"""The functions that a show_if may use: medicines are only known once everything was asked."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The questions, services, medicine tags and checklist codes that one protocol has."""

    questions: Mapping[str, Question]
    services: Collection[str]
    tags: Collection[str]
    checklist: Collection[str]

    def faults(self, condition: Condition) -> Iterator[str]:
        """What is wrong with a condition, one sentence each.

        Args:
            condition: a parsed condition of a rule or of a show_if.
        """
        for node in _leaves(condition.tree):
            match node:
                case Flag(name):
                    yield from self._flag(name)
                case Equal(name, choices) | Differs(name, choices):
                    yield from self._codes(name, choices)
                case Absent(name):
                    yield from self._named(name)
                case Ordered(left, _, right):
                    yield from self._number(left)
                    yield from self._number(right) if isinstance(right, Number) else ()
                case Call(function, arguments):
                    yield from self._function(function, arguments)

    def _named(self, name: str) -> Iterator[str]:
        if name not in self.questions and name not in derived.DERIVED:
            yield f'"{name}" is neither a question nor a derived value.'
            return
        lacking = [each for each in derived.BEHIND.get(name, ()) if each not in self.questions]
        if lacking:
            yield f'"{name}" is worked out from "{lacking[0]}", and there is no such question.'

    def _flag(self, name: str) -> Iterator[str]:
        yield from self._named(name)
        if name in self.questions or name in derived.DERIVED - derived.FLAGS:
            yield f'"{name}" is not yes or no by itself: compare it with something.'

    def _number(self, number: Number) -> Iterator[str]:
        if number.arguments is not None:
            yield from self._function(number.name, number.arguments)
            return
        yield from self._named(number.name)
        question = self.questions.get(number.name)
        counted = question is not None and question.kind in NUMBER_KINDS
        if not counted and number.name not in derived.NUMBERS and (question or number.name in derived.DERIVED):
            yield f'"{number.name}" is not a number.'

    def _codes(self, name: str, choices: frozenset[str]) -> Iterator[str]:
        yield from self._named(name)
        question = self.questions.get(name)
        if question is not None:
            yield from self._options(question, choices, 'compares the list "{}": use has() or has_any().')
        elif name in derived.DERIVED:
            allowed = derived.CODES.get(name, frozenset())
            yield from (f'"{name}" is never "{code}".' for code in sorted(choices - allowed))

    def _options(self, question: Question, choices: Collection[str], if_list: str = "") -> Iterator[str]:
        if question.kind == "multi" and if_list:
            yield f"The condition {if_list.format(question.id)}"
            return
        if question.kind == "country":
            wrong = [code for code in choices if not COUNTRY.fullmatch(code)]
        elif (allowed := option_codes(question)) is None:
            yield f'"{question.id}" is a question of kind {question.kind}, which has no codes to compare with.'
            return
        else:
            wrong = sorted(set(choices) - allowed)
        yield from (f'"{question.id}" has no option "{code}".' for code in wrong)

    def _function(self, function: str, arguments: tuple[object, ...]) -> Iterator[str]:
        match function:
            case "unk":
                yield from (f'"{name}" is not a question.' for name in arguments if name not in self.questions)
            case "has" | "has_any":
                yield from self._in_list(str(arguments[0]), arguments[1])
            case "wants":
                yield from _unknown(arguments, {*self.services, "not_sure"}, "service")
            case "med_tag" | "med_tag_other" | "med_ntag":
                yield from _unknown(arguments, self.tags, "tag of any medicine")
            case "med_check_positive":
                yield from _unknown(arguments, self.checklist, "line of the checklist")
            case "med_sev" | "med_sev_rx" | "med_sev_otc":
                yield from _unknown(arguments, SEVERITY_OF, "kind of severity")

    def _in_list(self, name: str, wanted: object) -> Iterator[str]:
        question = self.questions.get(name)
        if question is None or question.kind != "multi":
            yield f'"{name}" is not a question with a list of ticks.'
            return
        yield from self._options(question, wanted if isinstance(wanted, frozenset) else {str(wanted)})


def option_codes(question: Question) -> frozenset[str] | None:
    """The codes an answer to this question may be; None for a question that has none.

    Args:
        question: any question.
    """
    if question.kind.startswith("scale0_"):
        return frozenset(str(number) for number in range(int(question.kind.removeprefix("scale0_")) + 1))
    if question.kind == "checkbox":
        return YES_NO
    if question.kind in ("single", "multi", "yesno"):
        return frozenset(option.code for option in question.options)
    return None


def not_while_asking(condition: Condition) -> Iterator[str]:
    """What a show_if must not use: what is only known when everything was asked.

    Args:
        condition: a show_if.
    """
    names = set(_functions(condition.tree)) - ABOUT_ANSWERS
    names |= {name for name in condition.reads if name in derived.DERIVED} - derived.WHILE_ASKING
    yield from (f'A show_if cannot use "{name}": it is not known while questions are asked.' for name in sorted(names))


def _functions(tree: Node) -> Iterator[str]:
    for node in _leaves(tree):
        if isinstance(node, Call):
            yield node.function
        elif isinstance(node, Ordered) and node.left.arguments is not None:
            yield node.left.name


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield node


def _unknown(arguments: tuple[object, ...], allowed: Collection[str], what: str) -> Iterator[str]:
    for argument in arguments:
        names = argument if isinstance(argument, frozenset) else {str(argument)}
        yield from (f'"{name}" is no {what}.' for name in sorted(names) if name not in allowed)
