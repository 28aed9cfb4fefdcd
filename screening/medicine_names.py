"""The index of medicine names: what a name is exactly, what it may have been meant to be, and what looks like it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from screening.medicine_aliases import CONFUSED, MAY_MEAN, MEANS
from screening.medicine_nearness import Nearness
from screening.medicine_reading import Medication, Suggestion
from screening.medicine_text import fold, latin
from screening.medicine_words import SALTS
from screening.ordinary_words import ORDINARY_WORDS

MOST_SUGGESTIONS: Final = 3
LONGEST_NAME: Final = 40
_SHORT_WORD: Final = 8  # everyday names up to this length are only read exactly: too many words are near them
MAY_MEAN_SCORE: Final = 0.5  # of everyday words that may mean a medicine
_MORE_SALTS: Final = frozenset(
    ("sodium", "potassium", "polistirex", "polacrilex", "aspartate", "saccharate", "lauroxil", "undecanoate")
)


class Entry(NamedTuple):
    """One name: the name to show, the assessed ingredients it stands for, those not assessed, and how it is written."""

    name: str
    ingredients: tuple[str, ...]
    others: tuple[str, ...]
    how: str
    written: str


class NameIndex:
    """All names of one protocol. Exact names are indexed at once, nearness on first use."""

    def __init__(self, medications: Iterable[Medication], known_names: Mapping[str, tuple[str, ...]]) -> None:
        self._medications = {medication.ingredient: medication for medication in medications}
        self.assessed = self._assessed()
        self._known_names = self._folded(known_names)
        self._same = self._equivalents()
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._entries: dict[str, Entry] = {}
        self._alike: dict[str, tuple[Suggestion, ...]] = {}
        self._add_aliases()

    def exact(self, key: str) -> Entry | None:
        """The entry of a folded name, the protocol's own names first; None when nobody knows it."""
        return self.assessed.get(key) or self._known(key)

    def sorted_keys(self) -> list[str]:
        """Every folded name that is known, in order of the alphabet."""
        return sorted({*self.assessed, *self._known_names})

    def near(self, key: str, *, ordinary_word: bool = False) -> tuple[Suggestion, ...]:
        """At most three listed names that a folded name may have been meant to be, best first, one per ingredient set.

        Args:
            key: a folded name. One that exactly is another known medicine has no suggestions.
            ordinary_word: look even at a word of everyday English ("concert"); for words beside a strength.
        """
        key = latin(key)
        if asked := self._asked.get(key):
            return asked
        entry = self.exact(key)
        if entry:  # only another alphabet's letters can bring an exact name here
            return (self._suggestion(key, 1.0),) if entry.ingredients and not entry.others else ()
        if not 4 <= len(key) <= LONGEST_NAME:
            return ()
        if key in ORDINARY_WORDS and not ordinary_word:
            return ()
        return _distinct([self._suggestion(name, score) for name, score in self._nearness.to(key)])

    def look_alikes(self, key: str) -> tuple[Suggestion, ...]:
        """Names of other medicines that are easily taken for this folded name, nearest first, at most three."""
        if key not in self._alike:
            self._alike[key] = self._look_alikes(key)
        return self._alike[key]

    def _look_alikes(self, key: str) -> tuple[Suggestion, ...]:
        entry = self.exact(key)
        if entry is None or not entry.ingredients:
            return ()
        told = [self._suggestion(other, 1.0) for other in self._confused.get(key, ())]
        spelt = [self._suggestion(other, score) for other, score in self._nearness.twins(key)]
        unlike = [s for s in spelt if self._differs(entry.ingredients, s.ingredients)]
        return _distinct([*told, *unlike], apart_from=entry.ingredients)

    def _assessed(self) -> dict[str, Entry]:
        stands_for: dict[str, list[str]] = {}
        written: dict[str, str] = {}
        for medication in self._medications.values():
            for name in (medication.ingredient, *medication.brands):
                key = fold(name)
                written.setdefault(key, name)
                here = stands_for.setdefault(key, [])
                if medication.ingredient not in here:
                    here.append(medication.ingredient)
        return {
            key: Entry(written[key], tuple(names), (), _how(written[key], names), written[key])
            for key, names in stands_for.items()
            if key
        }

    def _equivalents(self) -> dict[str, str]:
        """Ingredients that the further names call differently: "midomafetamine" is what "MDMA" stands for there."""
        same: dict[str, str] = {}
        for entry in self.assessed.values():
            if entry.name != entry.ingredients[0]:
                continue
            ingredients = self._known_names.get(fold(entry.name), ("", ()))[1]
            if len(ingredients) == 1:
                same.setdefault(fold(ingredients[0]), entry.name)
        return same

    def _folded(self, known_names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Each further name once; when one name stands for different products there, for all their ingredients."""
        folded: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name, ingredients in known_names.items():
            key = fold(name)
            if key in folded:
                ingredients = tuple(dict.fromkeys((*folded[key][1], *ingredients)))
            if key:
                folded[key] = (name, ingredients)
        return folded

    def _known(self, key: str) -> Entry | None:
        if key not in self._entries and key in self._known_names:
            self._entries[key] = self._known_entry(*self._known_names[key])
        return self._entries.get(key)

    def _known_entry(self, name: str, ingredients: tuple[str, ...]) -> Entry:
        assessed: dict[str, None] = {}
        others: list[str] = []
        for ingredient in ingredients:
            found = self._resolve(ingredient)
            assessed.update(dict.fromkeys(found))
            others += [] if found or not ingredient else [ingredient]
        if assessed and not others:
            return Entry(name, tuple(assessed), (), "another name for it", name)
        return Entry(name, tuple(assessed), tuple(others), "known, but not assessed by this protocol", name)

    def _resolve(self, ingredient: str) -> tuple[str, ...]:
        """The assessed ingredients behind one of the further names, seen through its salt; empty when not assessed."""
        found = self._resolved.get(ingredient)
        if found is None:
            base = " ".join(word for word in ingredient.split() if word not in SALTS and word not in _MORE_SALTS)
            keys = (fold(ingredient), fold(base))
            found = next((self.assessed[key].ingredients for key in keys if key in self.assessed), ())
            same = self._same.get(keys[0]) or self._same.get(keys[1])
            found = found or ((same,) if same else ())
            self._resolved[ingredient] = found
        return found

    def _add_aliases(self) -> None:
        for alias, name in MEANS.items():
            entry = self.assessed.get(fold(name))
            if entry:
                how = f'everyday name for "{name}"'
                self.assessed.setdefault(fold(alias), Entry(name, entry.ingredients, (), how, alias))

    @cached_property
    def _asked(self) -> dict[str, tuple[Suggestion, ...]]:
        return {
            fold(word): tuple(
                self._suggestion(fold(name), MAY_MEAN_SCORE) for name in names if fold(name) in self.assessed
            )
            for word, names in MAY_MEAN.items()
            if fold(word) not in self.assessed
        }

    @cached_property
    def _confused(self) -> dict[str, list[str]]:
        pairs: dict[str, list[str]] = {}
        for one, other in CONFUSED:
            for here, there in ((fold(one), fold(other)), (fold(other), fold(one))):
                if self.exact(there):
                    pairs.setdefault(here, []).append(there)
        return pairs

    @cached_property
    def _nearness(self) -> Nearness:
        others = [key for key, (_, names) in self._known_names.items() if not any(map(self._resolve, names))]
        listed = [key for key, entry in self.assessed.items() if entry.written == entry.name or len(key) > _SHORT_WORD]
        return Nearness(listed, others)

    def _suggestion(self, key: str, score: float) -> Suggestion:
        entry = self.exact(key)
        return Suggestion(entry.name, entry.ingredients, round(score, 3)) if entry else Suggestion(key, (), 0.0)

    def _differs(self, mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
        """True when mixing the two up would matter: another class or another severity."""
        return self._weight(mine) != self._weight(theirs)

    def _weight(self, ingredients: tuple[str, ...]) -> list[tuple[str, int, int]]:
        known = [self._medications[name] for name in ingredients if name in self._medications]
        return sorted((m.drug_class, m.severity["psy"], m.severity["ket"]) for m in known)


def _how(name: str, ingredients: list[str]) -> str:
    if name in ingredients:
        return "ingredient"
    if len(ingredients) > 1:
        return "brand name of a combination"
    return "brand name" if name[:1].isupper() else "other name"


def _distinct(suggestions: list[Suggestion], apart_from: tuple[str, ...] = ()) -> tuple[Suggestion, ...]:
    """The best three, one for each set of ingredients, leaving out the medicine itself."""
    kept: dict[object, Suggestion] = {}
    for suggestion in suggestions:
        what = frozenset(suggestion.ingredients) or suggestion.name
        if what != frozenset(apart_from):
            kept.setdefault(what, suggestion)
    return tuple(kept.values())[:MOST_SUGGESTIONS]
