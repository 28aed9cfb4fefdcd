"""Cuts a typed text into medicines: which words are a name, which belong to one, and which nobody knows.

Every word ends up in exactly one part. A word that is neither a name nor in the closed vocabulary makes a part of its
own, so nothing that a person wrote can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from screening.medicine_text import Token, tokens
from screening.medicine_words import (
    AMBIGUOUS,
    ARTICLES,
    BESIDE_AMBIGUOUS,
    COUNTED,
    CUTS,
    DETAILS,
    DETERMINERS,
    FORMS,
    KINDS,
    NUMBERS,
    OFTEN,
    OWN_FORMS,
    QUALIFIERS,
    REASONS,
    SALTS,
    SMALL,
    STATUS,
    UNITS,
)

_MOST_WORDS: Final = 14
_SHORTEST_JOINED: Final = 5
_SHORTEST_JOINED_OTHER: Final = 8
_NO_OTHERS: Final = KINDS | FORMS | {"no", "other", "more"}
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th"})
_COUNTING: Final = UNITS | OFTEN | FORMS | {"ago"}


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `first` up to but not including `last`. `key` is the folded exact name, empty for words nobody knows."""

    first: int
    last: int
    key: str
    is_joined: bool = False


@dataclass(slots=True)
class Part:
    """One medicine of a text: tokens `first` up to `last`, of which `span` is the name or the unknown words.

    `is_qualified`: a word follows the name that makes it another product. No span: details that belong to no name.
    """

    first: int
    last: int
    span: Span | None = None
    is_qualified: bool = False


class Lines:
    """The tokens of one cleaned text, with the exact names among them."""

    def __init__(
        self, found: list[Token], written_as: Callable[[str], str | None], is_listed: Callable[[str], bool]
    ) -> None:
        """
        Args:
            found: the tokens of the text.
            written_as: how the exact name with this folded key is written, or None when nobody knows it.
            is_listed: says whether a folded key is one of the protocol's own names.
        """
        self.tokens = found
        self._written_as = written_as
        self._is_listed = is_listed
        self._names = {span.first: span for span in self._find_names()}
        self._inside = {index for span in self._names.values() for index in range(span.first, span.last)}

    def parts(self) -> Iterator[Part]:
        """The medicines of the text in order; a piece without a name belongs to the medicine before it."""
        current: Part | None = None
        waiting: int | None = None  # first token of details that stand before any name
        for first, last, is_new_line in self._pieces():
            spans = self._spans(first, last)
            if not spans and self._is_heading(first, last):
                yield from [current] if current else []
                current, waiting = None, first if waiting is None else waiting
            elif spans or self._stands_alone(first, last, is_new_line):
                start = first if waiting is None else waiting
                *done, nearest = self._shared_out(spans, start, last)
                yield from [*([current] if current else []), *done]
                current, waiting = nearest, None
            elif current:
                current.last = last
            else:
                waiting = first if waiting is None else waiting
        if current is None and waiting is not None:
            current = Part(waiting, len(self.tokens))
        if current:
            yield current

    def _pieces(self) -> Iterator[tuple[int, int, bool]]:
        """Runs of tokens between commas, slashes, joining words and line ends; and whether each begins a line."""
        first, is_new_line = 0, True
        for index, token in enumerate(self.tokens):
            is_break = token.kind in {"cut", "line"} or (token.kind == "word" and token.key in CUTS)
            if not is_break or index in self._inside:
                continue
            if index > first:
                yield first, index, is_new_line
                is_new_line = False
            first, is_new_line = index + 1, is_new_line or token.kind == "line"
        if len(self.tokens) > first:
            yield first, len(self.tokens), is_new_line

    def _shared_out(self, spans: list[Span], first: int, last: int) -> list[Part]:
        """Each medicine of a piece reaches to the start of the next; the first also back to the start of the piece."""
        if not spans:
            return [Part(first, last)]
        starts = [first, *(span.first for span in spans[1:]), last]
        return [
            Part(starts[number], starts[number + 1], span, self._is_qualified(span))
            for number, span in enumerate(spans)
        ]

    def _spans(self, first: int, last: int) -> list[Span]:
        """The names and the runs of unknown words of one piece, in order."""
        names = [self._names[index] for index in range(first, last) if index in self._names]
        unknown = [index for index in range(first, last) if self._is_unknown(index, first)]
        doubtful = [span for span in names if span.key in AMBIGUOUS and not self._is_plain_beside(span, first, last)]
        unknown = sorted([*unknown, *(index for span in doubtful for index in range(span.first, span.last))])
        sure = [span for span in names if span not in doubtful]
        return sorted([*sure, *self._runs(unknown)], key=lambda span: span.first)

    def _is_plain_beside(self, span: Span, first: int, last: int) -> bool:
        """True when beside an ambiguous name stand only amounts and times: "acid twice a month", not "acid reflux"."""
        beside = [*self.tokens[first : span.first], *self.tokens[span.last : last]]
        return all(token.kind != "word" or token.key in BESIDE_AMBIGUOUS for token in beside)

    def _runs(self, unknown: list[int]) -> Iterator[Span]:
        """Unknown words that stand together, small words and marks between them allowed."""
        begin = previous = None
        for index in unknown:
            if begin is not None and previous is not None and not self._hang_together(previous, index):
                yield Span(begin, previous + 1, "")
                begin = None
            begin = index if begin is None else begin
            previous = index
        if begin is not None and previous is not None:
            yield Span(begin, previous + 1, "")

    def _hang_together(self, one: int, other: int) -> bool:
        between = range(one + 1, other)
        if self.tokens[other].glued and all(self.tokens[index].glued for index in between):
            return len(between) <= 1  # "pr0zac", "zolft-xr"
        return all(
            self.tokens[index].kind == "mark" or (self.tokens[index].key in SMALL and index not in self._inside)
            for index in between
        )

    def _is_unknown(self, index: int, first: int) -> bool:
        token = self.tokens[index]
        if token.kind != "word" or index in self._inside or token.key in DETAILS or token.key in REASONS:
            return False
        if token.key in _ORDINALS and token.glued and self.tokens[index - 1].kind == "number":
            return False
        return not (token.key in SALTS and index > first and self._follows_name(index)) and not self._qualifies(index)

    def _follows_name(self, index: int) -> bool:
        return index - 1 in self._inside or (index - 2 in self._inside and self.tokens[index - 1].key in SALTS)

    def _qualifies(self, index: int) -> bool:
        """True for a word right behind a name that makes it another product: the PM of Tylenol PM."""
        before = index - 2 if self.tokens[index - 1].key == "-" else index - 1
        return self.tokens[index].key in QUALIFIERS and before in self._inside

    def _is_qualified(self, span: Span) -> bool:
        after = self.tokens[span.last : span.last + 1]
        index = span.last + 1 if after and after[0].key == "-" else span.last
        return bool(span.key) and index < len(self.tokens) and self._qualifies(index) and not self._joins(index)

    def _joins(self, index: int) -> bool:
        """True when a "plus" stands between two medicines and not at the end of a name."""
        if self.tokens[index].key not in CUTS or index + 1 == len(self.tokens):
            return False
        return self.tokens[index + 1].kind in {"word", "number"}

    def _is_heading(self, first: int, last: int) -> bool:
        """True for words before a colon that belong to what follows: "My medicines:", "For sleep:", "Stopped:"."""
        has_colon = last < len(self.tokens) and self.tokens[last].key == ":"
        return has_colon and any(token.key in KINDS | REASONS | STATUS for token in self.tokens[first:last])

    def _stands_alone(self, first: int, last: int, is_new_line: bool) -> bool:
        """True for words without a name that still mean a medicine: "the patch for pain", "cholesterol", "???"."""
        piece = self.tokens[first:last]
        words = {token.key for token in piece if token.kind == "word"}
        if all(token.key == "?" for token in piece):
            return True
        if "no" in words and words <= _NO_OTHERS:
            return False
        has_amount = any(token.kind == "number" for token in piece) or bool(words & (OFTEN | NUMBERS))
        is_reason_of_it = "for" in words and (piece[0].key == "for" or bool(words & (UNITS | OFTEN)))
        if (words & REASONS and not is_reason_of_it) or self._points_at_one(piece):
            return True
        return not has_amount and bool(
            words & (OWN_FORMS | KINDS) or (words & FORMS and (is_new_line or words & ARTICLES))
        )

    def _points_at_one(self, piece: list[Token]) -> bool:
        """True for "the patch", "my pills": a form with a word before it that means a certain one."""
        return any(one.key in DETERMINERS - ARTICLES and other.key in FORMS | KINDS for one, other in pairwise(piece))

    def counts(self, after: Token) -> bool:
        """True when a number before it is surely no end of a name: "3 times", "3x", "3 mg", "3 days", "3 a day"."""
        return after.key in COUNTED or (after.key == "x" and after.glued)

    def _find_names(self) -> Iterator[Span]:
        index = 0
        while index < len(self.tokens):
            span = self._name_at(index)
            if span:
                yield span
            index = span.last if span else index + 1

    def _name_at(self, first: int) -> Span | None:
        """The longest exact name that begins at a token."""
        run = self._run(first)
        keys = list(accumulate(self.tokens[index].key for index in run))
        for length in range(len(run), 0, -1):
            chosen, key = run[:length], keys[length - 1]
            written = self._written_as(key)
            if written and self._may_be_name(chosen, key, written):
                return Span(first, chosen[-1] + 1, key, self._is_joined(chosen, written))
        return None

    def _run(self, first: int) -> list[int]:
        """The next words and numbers on the same line, across commas and hyphens."""
        run: list[int] = []
        for index in range(first, min(len(self.tokens), first + 2 * _MOST_WORDS)):
            kind = self.tokens[index].kind
            if kind == "line" or (not run and kind not in {"word", "number"}) or len(run) == _MOST_WORDS:
                break
            if kind in {"word", "number"}:
                run.append(index)
        return run

    def _may_be_name(self, chosen: list[int], key: str, written: str) -> bool:
        last = self.tokens[chosen[-1]]
        after = self.tokens[chosen[-1] + 1] if chosen[-1] + 1 < len(self.tokens) else None
        if last.kind == "number" and not last.glued and after and after.key in _COUNTING:
            return False  # "Tylenol 3 times a day" is not Tylenol 3
        if len(chosen) == 1:
            return self._is_listed(key) or key not in DETAILS | REASONS
        if not self._is_listed(key) and self._is_several(chosen):
            return False
        shortest = _SHORTEST_JOINED if self._is_listed(key) else _SHORTEST_JOINED_OTHER
        return not self._is_joined(chosen, written) or len(key) >= shortest

    def _is_several(self, chosen: list[int]) -> bool:
        """True when a longer name is only shorter ones with a comma, slash or "and" between: each is read alone."""
        keys = [""]
        for index in range(chosen[0], chosen[-1] + 1):
            token = self.tokens[index]
            if token.kind == "cut" or token.key in CUTS:
                keys.append("")
            elif token.kind != "mark":
                keys[-1] += token.key
        shorter = [key for key in keys if key]
        return len(shorter) > 1 and all(self._written_as(key) for key in shorter)

    def _is_joined(self, chosen: list[int], written: str) -> bool:
        """True when the person put a space where the name has none ("pro zac")."""
        if len(chosen) == 1:
            return False
        own = _joints([token for token in tokens(written) if token.kind in {"word", "number"}])
        return not _joints([self.tokens[index] for index in chosen], only_spaces=True) <= own

    def key_of(self, span: Span) -> str:
        """The folded letters of unknown words, without the small words between them."""
        chosen = self.tokens[span.first : span.last]
        return "".join(t.key for t in chosen if t.kind == "number" or (t.kind == "word" and t.key not in SMALL))


def _joints(found: list[Token], *, only_spaces: bool = False) -> set[int]:
    """After how many letters a name is broken into words."""
    joints: set[int] = set()
    length = 0
    for token in found:
        if length and not (only_spaces and token.glued):
            joints.add(length)
        length += len(token.key)
    return joints
