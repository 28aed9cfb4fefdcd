"""Turns one cleaned text into readings: each part is matched, its details are parsed off, and nothing is left over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from screening.medicine_details import Details, details
from screening.medicine_lines import Lines, Part, Span
from screening.medicine_names import MAY_MEAN_SCORE, Entry, NameIndex
from screening.medicine_reading import EXACT, SUGGESTED, UNRECOGNISED, Match, Reading, Suggestion
from screening.medicine_text import tokens
from screening.medicine_words import AMBIGUOUS, DIGITS, SMALL

MOST_READ: Final = 100  # medicines of one text
MOST_LOOKED_UP: Final = 150  # misspelt words of one text; each costs up to a millisecond
LONGEST_TYPED: Final = 300  # characters of a reading that are kept
_WORDS_TOGETHER: Final = 3
_NEAR_AMONG_OTHERS: Final = 0.83  # one word out of several unknown ones must be nearer than a word that stands alone
_OPENERS: Final = {")": "(", "]": "[", "}": "{"}
_ENDINGS: Final = "?.!'\""
_SAME_MEDICINE: Final = frozenset("(/-=:[")

REST_OF_LIST: Final = "the rest of a long list, not read"
NO_NAME: Final = "no name of a medicine in it"
NOT_RECOGNISED: Final = "not recognised"
MAY_MEAN_ONE: Final = "an everyday word that may mean one of these"
NEAR: Final = "near in spelling or sound"
DENIED: Final = 'a word such as "not" or "allergic" stands beside the name'
QUALIFIED: Final = "a word behind the name can make it another product"
NUMBERED: Final = "a number behind the name can make it another product"


def short(text: str) -> str:
    """Words as typed, at most 300 characters of them, safe to store and show."""
    text = text.strip().encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= LONGEST_TYPED else text[: LONGEST_TYPED - 1] + "…"


def matched(index: NameIndex, key: str) -> Match:
    """What a folded name exactly is, else what it may have been meant to be, else unrecognised."""
    entry = index.exact(key)
    return _exactly(index, entry, key) if entry else _nearly(index.near(key))


def _exactly(index: NameIndex, entry: Entry, key: str) -> Match:
    if entry.others or not entry.ingredients:
        known_as = (*entry.ingredients, *entry.others) or (entry.name,)
        return Match(UNRECOGNISED, entry.how, entry.name, entry.ingredients, known_as=known_as)
    return Match(EXACT, entry.how, entry.name, entry.ingredients, look_alikes=index.look_alikes(key))


def _nearly(suggestions: tuple[Suggestion, ...]) -> Match:
    if suggestions:
        return Match(
            SUGGESTED, NEAR if suggestions[0].score > MAY_MEAN_SCORE else MAY_MEAN_ONE, suggestions=suggestions
        )
    return Match(UNRECOGNISED, NOT_RECOGNISED)


class Reader:
    """Reads one cleaned text by one index of names."""

    def __init__(self, index: NameIndex, text: str, on: date | None) -> None:
        self._index = index
        self._text = text
        self._on = on
        self._lookups_left = MOST_LOOKED_UP
        self._tokens = tokens(text)
        self._lines = Lines(self._tokens, self._written_as, index.assessed.__contains__)

    def readings(self, beyond: str = "") -> list[Reading]:
        """The medicines of the text in order, at most 100; what is beyond them, or `beyond` the text, is one more."""
        found: list[Reading] = []
        for first, reading in self._each():
            if len(found) == MOST_READ:
                beyond = self._text[self._tokens[first].start :]
                break
            found.append(reading)
        if beyond:
            found.append(Reading(short(beyond[: 2 * LONGEST_TYPED]), UNRECOGNISED, REST_OF_LIST))
        return found

    def _written_as(self, key: str) -> str | None:
        entry = self._index.exact(key)
        return entry.written if entry else None

    def _merged(self) -> Iterator[Part]:
        """The parts, with a name that only repeats the one before it ("Zoloft (sertraline)") taken together with it."""
        before: Part | None = None
        for part in self._lines.parts():
            if before and self._repeats(before, part):
                before.last = part.last
                continue
            if before:
                yield before
            before = part
        if before:
            yield before

    def _repeats(self, one: Part, other: Part) -> bool:
        if not (one.span and other.span and one.span.key and other.span.key) or one.is_qualified or other.is_qualified:
            return False
        between = self._text[self._tokens[one.span.last - 1].end : self._tokens[other.span.first].start].strip(" ")
        if between and between not in _SAME_MEDICINE:
            return False
        first, second = self._index.exact(one.span.key), self._index.exact(other.span.key)
        return bool(
            first and second and first.ingredients == second.ingredients and not (first.others or second.others)
        )

    def _each(self) -> Iterator[tuple[int, Reading]]:
        """Each reading with its first token."""
        for part in self._merged():
            if part.span is None:
                yield part.first, self._reading(part, Match(UNRECOGNISED, NO_NAME), self._details(part))
            elif part.span.key:
                yield part.first, self._named(part, part.span)
            else:
                yield from self._guessed(part, part.span)

    def _named(self, part: Part, span: Span) -> Reading:
        match = matched(self._index, span.key)
        found = self._details(part)
        numbered = self._numbered(span, match)
        if match.match == EXACT and (found.denied or part.is_qualified or numbered):
            itself = Suggestion(match.name, match.ingredients, 1.0)
            why = DENIED if found.denied else QUALIFIED if part.is_qualified else NUMBERED
            match = Match(SUGGESTED, why, suggestions=(*numbered, itself))
        elif match.match == EXACT and span.is_joined:
            match = replace(match, how=f'joined from "{self._slice(span.first, span.last)}"')
        return self._reading(part, match, found)

    def _numbered(self, span: Span, match: Match) -> tuple[Suggestion, ...]:
        """The other product that a name and the number behind it may be: "Tylenol 3 tablets" may be Tylenol 3."""
        behind = self._tokens[span.last : span.last + 2]
        if not behind or (len(behind) == 2 and self._lines.counts(behind[1])):
            return ()
        digits = behind[0].key if behind[0].kind == "number" else DIGITS.get(behind[0].key)
        entry = self._index.exact(span.key + digits) if digits else None
        if entry is None or set(entry.ingredients) <= set(match.ingredients):
            return ()
        return (Suggestion(entry.name, entry.ingredients, 1.0),)

    def _guessed(self, part: Part, span: Span) -> Iterator[tuple[int, Reading]]:
        """Words nobody knows: as one name, else as several misspelt ones, else unrecognised as they stand."""
        found = self._details(part)
        suggestions = self._near(self._lines.key_of(span), found)
        pieces = [] if suggestions else self._misspelt(span, found)
        if not any(near for _, near in pieces):
            yield part.first, self._reading(part, _nearly(suggestions), found)
            return
        ends = [*(piece.first for piece, _ in pieces[1:]), part.last]
        first = part.first
        for (piece, near), last in zip(pieces, ends, strict=True):
            here = Part(first, last, piece)
            yield first, self._reading(here, _nearly(near), self._details(here))
            first = last

    def _misspelt(self, span: Span, found: Details) -> list[tuple[Span, tuple[Suggestion, ...]]]:
        """Unknown words cut into misspelt names of up to three words, and the words between them."""
        words = [
            n
            for n in range(span.first, span.last)
            if self._tokens[n].kind == "word" and self._tokens[n].key not in SMALL
        ]
        pieces: list[tuple[Span, tuple[Suggestion, ...]]] = []
        at = 0
        while at < len(words):
            taken, near = self._longest_near(words[at : at + _WORDS_TOGETHER], found)
            last = words[at + taken - 1] + 1
            if not near and pieces and not pieces[-1][1]:
                pieces[-1] = (Span(pieces[-1][0].first, last, ""), ())
            else:
                pieces.append((Span(words[at], last, ""), near))
            at += taken
        return pieces

    def _longest_near(self, words: list[int], found: Details) -> tuple[int, tuple[Suggestion, ...]]:
        for length in range(len(words), 0, -1):
            key = "".join(self._tokens[index].key for index in words[:length])
            near = self._near(key, found)
            if near and near[0].score > _NEAR_AMONG_OTHERS:
                return length, near
        return 1, ()

    def _near(self, key: str, found: Details) -> tuple[Suggestion, ...]:
        if self._lookups_left <= 0 or key in AMBIGUOUS:
            return ()
        self._lookups_left -= 1
        return self._index.near(key, ordinary_word=found.has_strength)

    def _details(self, part: Part) -> Details:
        """What the words of a part say, with its name blanked out so that no word of the name is read as a detail."""
        begin = self._tokens[part.first].start
        words = self._slice(part.first, part.last)
        if part.span:
            first, last = self._tokens[part.span.first].start - begin, self._tokens[part.span.last - 1].end - begin
            words = words[:first] + " " * (last - first) + words[last:]
        return details(words, on=self._on)

    def _slice(self, first: int, last: int) -> str:
        begin, end = self._tokens[first].start, self._tokens[last - 1].end
        while end < len(self._text) and self._closes(begin, end):
            end += 1
        return self._text[begin:end]

    def _closes(self, begin: int, end: int) -> bool:
        """True when the next character ends what was written: a bracket opened before, a full stop, a quotation."""
        char = self._text[end]
        opener = _OPENERS.get(char)
        return char in _ENDINGS if opener is None else opener in self._text[begin:end]

    def _reading(self, part: Part, match: Match, found: Details) -> Reading:
        return Reading(
            typed=short(self._slice(part.first, part.last)),
            match=match.match,
            how=match.how,
            ingredients=match.ingredients,
            suggestions=match.suggestions,
            known_as=match.known_as,
            dose=found.dose,
            form=found.form,
            frequency=found.frequency,
            status="unsure" if found.denied else found.status,
            last_taken=found.last_taken,
            look_alikes=match.look_alikes,
        )
