"""How near a misspelt name is to the listed names, by its letters and by its sound.

The weights were set on half of the misspellings of tests/bench/medicine_names.py and reported on the other half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.medicine_sounds import sound

_CANDIDATES: Final = 10
_SHORTEST: Final = 5  # letters; shorter names only match by sound
_LETTERS_WEIGHT: Final = 0.5  # the rest is sound
_OTHER_FIRST_LETTER: Final = 0.25  # people rarely get the first sound wrong
_FARTHEST: Final = 0.251  # share of the letters that may be wrong


class Nearness:
    """Finds listed names near a folded name. Names of other medicines only ever take a suggestion away."""

    def __init__(self, listed: Iterable[str], others: Iterable[str]) -> None:
        """
        Args:
            listed: folded names that may be suggested.
            others: folded names of medicines that may not; a typed name that is nearer to one of them suggests nothing.
        """
        self._names = [name for name in listed if len(name) >= _SHORTEST]
        self._sounds = [sound(name) for name in self._names]
        self._short = {sound(name): name for name in listed if len(name) == _SHORTEST - 1}
        self._others: dict[int, list[str]] = defaultdict(list)
        for name in others:
            self._others[len(name)].append(name)

    def to(self, key: str) -> list[tuple[str, float]]:
        """Listed names near a folded name with their nearness from 0 to 1, best first; empty when none is near."""
        heard = sound(key)
        costs = sorted(
            (cost / max(len(key), len(name)), letters, name)
            for index in self._candidates(key, heard)
            for cost, letters, name in (self._cost(key, heard, index),)
        )
        near = [(name, 1 - cost) for cost, _, name in costs if cost <= _FARTHEST]
        fewest = min((letters for cost, letters, _ in costs if cost <= _FARTHEST), default=0)
        if fewest > 1 and self._nearer_to_another(key, fewest):
            return []
        if not near and heard in self._short and len(key) <= _SHORTEST:
            return [(self._short[heard], 0.8)]
        return near

    def twins(self, key: str) -> list[tuple[str, float]]:
        """Other listed names one letter away (two from ten letters on), nearest first."""
        reach = 2 if len(key) >= 10 else 1
        if len(key) < _SHORTEST:
            return []
        hits = process.extract(key, self._names, scorer=OSA.distance, score_cutoff=reach, limit=None)
        return [(name, 1 - distance / max(len(key), len(name))) for name, distance, _ in hits if name != key]

    def _candidates(self, key: str, heard: str) -> Iterator[int]:
        by_letters = max(1, min(4, (len(key) + 1) // 3))
        by_sound = max(1, min(3, len(heard) // 3))
        hits = {hit[2] for hit in _extract(key, self._names, by_letters)}
        yield from sorted(hits | {hit[2] for hit in _extract(heard, self._sounds, by_sound)})

    def _cost(self, key: str, heard: str, index: int) -> tuple[float, int, str]:
        name, said = self._names[index], self._sounds[index]
        letters = OSA.distance(key, name)
        sounds = min(letters, OSA.distance(heard, said))
        cost = _LETTERS_WEIGHT * letters + (1 - _LETTERS_WEIGHT) * sounds
        if heard[:1] != said[:1] and key[:2] != name[1::-1]:
            cost += _OTHER_FIRST_LETTER
        return cost, letters, name

    def _nearer_to_another(self, key: str, letters: int) -> bool:
        reach = letters - 1
        lengths = range(max(_SHORTEST, len(key) - reach), len(key) + reach + 1)
        return any(
            process.extractOne(key, self._others[length], scorer=OSA.distance, score_cutoff=reach)
            for length in lengths
            if length in self._others
        )


def _extract(text: str, choices: list[str], cutoff: int) -> list[tuple[str, int, int]]:
    return process.extract(text, choices, scorer=OSA.distance, score_cutoff=cutoff, limit=_CANDIDATES)
