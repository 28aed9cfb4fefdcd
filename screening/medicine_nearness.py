"""How near a misspelt name is to the listed names: by its letters, by its sound, and by its sound with any vowels.

The weights were set on one set of misspellings and are reported on others by tests/bench/medicine_names.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.medicine_slips import is_slip_alone
from screening.medicine_sounds import outline, sound

_SHORTEST: Final = 5  # letters; shorter names only match by sound
_BY_SOUND_ALONE: Final = 0.76  # nearness of a short name that only sounds alike
_CANDIDATES: Final = 20
_LETTERS, _SOUND, _OUTLINE = 0.3, 0.2, 0.5  # weights of the three distances
_OTHER_FIRST_SOUND: Final = 0.25  # people rarely get the first sound wrong
_FARTHEST: Final = 0.2  # weighted mistakes per letter
_FARTHEST_SPELT: Final = 0.251  # mistakes per letter, letters and sound alone: one in five letters, two in eight


class _Heard(NamedTuple):
    """A folded name with its sound, and its sound with all vowels made one."""

    name: str
    sound: str
    outline: str


class _Mistakes(NamedTuple):
    """How a typed name differs from a listed one: `weighted` per letter of the longer one, and in letters."""

    weighted: float
    letters: int
    name: str
    is_near: bool


class Nearness:
    """Finds listed names near a folded name. Names of other medicines only ever take suggestions away."""

    def __init__(self, listed: Iterable[str], others: Iterable[str]) -> None:
        """
        Args:
            listed: folded names that may be suggested.
            others: folded names of medicines that may not; a typed name that is nearer to one of them suggests nothing.
        """
        names = list(listed)
        self._listed = [_heard(name) for name in names if len(name) >= _SHORTEST]
        self._names = [each.name for each in self._listed]
        self._outlines = [each.outline for each in self._listed]
        self._short = {sound(name): name for name in names if len(name) == _SHORTEST - 1}
        self._others: dict[int, list[str]] = defaultdict(list)
        for name in others:
            self._others[len(name)].append(name)

    def to(self, key: str) -> list[tuple[str, float]]:
        """Listed names near a folded name with their nearness from 0 to 1, best first; empty when none is near."""
        typed = _heard(key)
        compared = (_between(typed, self._listed[index]) for index in self._candidates(typed))
        near = sorted(mistakes for mistakes in compared if mistakes.is_near)
        if not near and typed.sound in self._short and len(key) <= _SHORTEST:
            return [(self._short[typed.sound], _BY_SOUND_ALONE)]
        if near and self._is_nearer_to_another(typed, near):
            return []
        return [(mistakes.name, 1 - mistakes.weighted) for mistakes in near]

    def twins(self, key: str) -> list[tuple[str, float]]:
        """Other listed names one letter away (two from ten letters on), nearest first."""
        reach = 2 if len(key) >= 10 else 1
        if len(key) < _SHORTEST:
            return []
        hits = process.extract(key, self._names, scorer=OSA.distance, score_cutoff=reach, limit=None)
        return [(name, 1 - distance / max(len(key), len(name))) for name, distance, _ in hits if name != key]

    def _candidates(self, typed: _Heard) -> Iterator[int]:
        by_letters = max(1, min(4, (len(typed.name) + 1) // 3))
        by_outline = max(1, min(3, len(typed.outline) // 3))
        hits = {hit[2] for hit in _extract(typed.name, self._names, by_letters)}
        yield from sorted(hits | {hit[2] for hit in _extract(typed.outline, self._outlines, by_outline)})

    def _is_nearer_to_another(self, typed: _Heard, near: list[_Mistakes]) -> bool:
        """True when a medicine that may not be suggested needs fewer letters changed and is nearer altogether."""
        reach = min(mistakes.letters for mistakes in near) - 1
        if reach < 1:
            return False
        lengths = range(len(typed.name) - reach, len(typed.name) + reach + 1)
        return any(
            _between(typed, _heard(name)).weighted < near[0].weighted
            for length in lengths
            for name, _, _ in _extract(typed.name, self._others.get(length, []), reach)
        )


def _heard(name: str) -> _Heard:
    said = sound(name)
    return _Heard(name, said, outline(said))


def _between(typed: _Heard, listed: _Heard) -> _Mistakes:
    letters = OSA.distance(typed.name, listed.name)
    sounds = min(letters, OSA.distance(typed.sound, listed.sound))
    outlines = min(sounds, OSA.distance(typed.outline, listed.outline))
    extra = 0.0 if _starts_alike(typed, listed) else _OTHER_FIRST_SOUND
    length = max(len(typed.name), len(listed.name))
    weighted = (_LETTERS * letters + _SOUND * sounds + _OUTLINE * outlines + extra) / length
    spelt = ((letters + sounds) / 2 + extra) / length
    is_near = weighted <= _FARTHEST or (spelt <= _FARTHEST_SPELT and is_slip_alone(typed.name, listed.name))
    return _Mistakes(weighted, letters, listed.name, is_near)


def _starts_alike(typed: _Heard, listed: _Heard) -> bool:
    """True for the same first sound, the first two letters swapped, or a C for a K."""
    is_hard_c = typed.name[:1] == "c" and listed.sound[:1] == "k"
    return is_hard_c or typed.sound[:1] == listed.sound[:1] or typed.name[:2] == listed.name[1::-1]


def _extract(text: str, choices: list[str], cutoff: int) -> list[tuple[str, int, int]]:
    return process.extract(text, choices, scorer=OSA.distance, score_cutoff=cutoff, limit=_CANDIDATES)
