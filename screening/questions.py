"""A question of the protocol, and how an answer to it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from screening.answers import DOUBT, Answer, UnreadableAnswer, day, is_visible, number, plain_text, whole_number_code
from screening.conditions import Condition

KINDS: Final = (
    "single",
    "multi",
    "yesno",
    "text",
    "longtext",
    "integer",
    "number",
    "date",
    "phone",
    "email",
    "country",
    "region",
    "scale0_3",
    "scale0_10",
    "repeat",
    "checkbox",
)
FREE_TEXT: Final = frozenset({"text", "longtext", "phone", "email", "country", "region", "repeat"})
"""Kinds whose answer is typed: whatever the question asks for, anything may be written there."""
YES_OR_NO: Final = frozenset({"yes", "no"})
CODED: Final = frozenset({"single", "yesno", "checkbox"})
SCALES: Final = frozenset({"scale0_3", "scale0_10"})
CHOSEN: Final = CODED | SCALES
"""Kinds whose answer is one of the codes."""
EXACT_BELOW: Final = 10**15
"""A whole number below this is the same as text and as number."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the code that rules read and the words that people read."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its wording, what kind of answer it takes, when it is shown and why it is asked.

    Options of a "repeat" question are the fields of each of its lines. A number is kept in `unit`; a form may offer
    `other_unit` ("ft/in", "lb") and turns what was typed into `unit`. `codes` are all that may be chosen. Those that
    leave no doubt are also in `plain`, by each text or whole number that needs no reading to be that code; `alone` are
    the ticks of a list with only one.
    """

    id: str
    wording: str
    kind: str
    options: tuple[Option, ...]
    required: bool
    show_if: Condition | None
    why: str
    hint: str = ""
    unit: str = ""
    other_unit: str = ""
    codes: frozenset[str] = field(init=False, compare=False)
    plain: Mapping[object, str] = field(init=False, repr=False, compare=False)
    alone: Mapping[str, tuple[str]] = field(init=False, repr=False, compare=False)
    labels: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = _scale_codes(self.kind) or frozenset(option.code for option in self.options) or YES_OR_NO
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "labels", {option.code: option.label for option in reversed(self.options)})
        ticks = self.options if self.kind == "multi" else ()
        object.__setattr__(self, "alone", {option.code: (option.code,) for option in ticks})
        object.__setattr__(self, "plain", _plain(codes) if self.kind in CHOSEN else {})

    def read(self, value: object) -> Answer | None:
        """The answer in the one shape that rules read, or None when nothing was answered.

        Args:
            value: what came from a form, a file or the command line.
        Returns:
            An option code, a text, or a tuple of option codes; None for an empty answer.
        Raises:
            UnreadableAnswer: the value is not an answer to this kind of question.
        """
        if type(value) is list and len(value) == 1 and type(value[0]) is str and value[0] in self.alone:
            return self.alone[value[0]]
        if value is None or (not value and value in ("", [], ())):
            return None
        return _READERS[self.kind](self, value)

    def label(self, code: str) -> str:
        """The words of an option, or the code itself when the question has no such option."""
        return self.labels.get(code, code)

    def in_words(self, answer: Answer | None) -> str:
        """An answer as the person would read it back.

        Args:
            answer: what `read` returned.
        """
        if answer is None:
            return "Not answered"
        if isinstance(answer, tuple):
            return ", ".join(self.label(code) for code in answer)
        return f"{self.label(answer)} {self.unit}".strip() if self.unit else self.label(answer)


def _scale_codes(kind: str) -> frozenset[str]:
    """The codes of a scale of this kind; none when it is no scale."""
    return frozenset(map(str, range(int(kind.removeprefix("scale0_")) + 1))) if kind in SCALES else frozenset()


def _plain(codes: Iterable[str]) -> dict[object, str]:
    sure = [code for code in codes if code not in DOUBT]
    plain: dict[object, str] = {code: code for code in sure}
    return plain | {int(code): code for code in sure if code.isdecimal() and code == str(int(code))}


def _code(question: Question, value: object) -> str:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    code = plain_text(value)
    if question.kind == "single" and code not in question.codes:
        code = whole_number_code(value) if _looks_numeric(code) else code
    if code not in question.codes:
        raise UnreadableAnswer("is not one of the choices")
    return code


def _looks_numeric(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _ticks(question: Question, value: object) -> Answer | None:
    values = value if isinstance(value, list | tuple | set | frozenset) else [value]
    if len(values) > 200:
        raise UnreadableAnswer("has too many choices")
    ticked = {plain_text(item) for item in values} - {""}
    unknown = ticked - question.codes
    if unknown:
        raise UnreadableAnswer("has a choice that is not offered")
    return tuple(option.code for option in question.options if option.code in ticked) or None


def _scale(question: Question, value: object) -> str:
    code = whole_number_code(value)
    if code not in question.codes:
        raise UnreadableAnswer("is outside the scale")
    return code


def _number(question: Question, value: object) -> str:
    if type(value) is int and 0 <= value < EXACT_BELOW:
        return str(value)
    result = number(value)
    if result < 0:
        raise UnreadableAnswer("is below zero")
    if question.kind == "integer" and result != int(result):
        raise UnreadableAnswer("is not a whole number")
    return str(int(result)) if result == int(result) else repr(result)


def _date(question: Question, value: object) -> str:
    return day(value).isoformat()


def _text(question: Question, value: object) -> str | None:
    text = plain_text(value)
    return text if is_visible(text) else None


def _list(question: Question, value: object) -> str:
    raise UnreadableAnswer("must be told in the list of medicines")


_READERS: Final[dict[str, Callable[[Question, object], Answer | None]]] = {
    **dict.fromkeys(CODED, _code),
    **dict.fromkeys(("text", "longtext", "phone", "email", "country", "region"), _text),
    "repeat": _list,
    **dict.fromkeys(SCALES, _scale),
    **dict.fromkeys(("integer", "number"), _number),
    "multi": _ticks,
    "date": _date,
}
