"""How well misspelt medicines are found, how seldom other words suggest one, and how long that takes.

    python -m tests.bench.medicine_names
    python -m tests.bench.medicine_names --near-words FILE

The first prints a report. The second prints the words of a dictionary file (one a line) that would suggest a flagged
medicine, from which screening/ordinary_words.py was made. Weights were set with another seed, with those misspellings
of real_misspellings.txt that say so, and with the other four fifths of the other medicines hidden in turn; what is
reported here was left out of that.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from screening.medications import MedicineNames, Reading
from tests.bench.medicine_typos import SLIPS, mistyped
from tests.screening.medicine_data import flagged, known_names, medications

HERE: Final = Path(__file__).parent
SEED: Final = 20261120
SHORTEST: Final = 5
HELD_OUT: Final = 5  # one in so many other medicines is hidden from the reader, to stand for those it has never seen
ON: Final = date(2026, 11, 20)
T = TypeVar("T")


@dataclass(frozen=True)
class Misspelling:
    """What was typed, the ingredients that are right, and where it comes from."""

    typed: str
    ingredients: frozenset[str]
    origin: str


def main() -> None:
    """Print the report, or the words for screening/ordinary_words.py."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--near-words", type=Path, metavar="FILE", help="a dictionary, one word a line")
    near_words: Path | None = parser.parse_args().near_words
    if near_words:
        print("\n".join(_near_words(near_words)))
        return
    names = MedicineNames(medications(), known_names())
    _report_recall(names)
    _report_false_suggestions(names)
    _report_time()


def _report_recall(names: MedicineNames) -> None:
    typos, became_names = _typos(names)
    print(f"{'misspellings':<34}{'n':>7}{'first':>9}{'in three':>10}   (aims: 90 %, 97 %)")
    groups = {f"typed, {kind}": [m for m in typos if m.origin == kind] for kind in SLIPS}
    real = _real(names)
    groups |= {
        "typed, all": typos,
        "by hand, used to tune": [m for m in real if m.origin == "tuned"],
        "by hand, held out": [m for m in real if m.origin == "held out"],
    }
    for name, group in groups.items():
        first, three = _recall(names, group)
        print(f"{name:<34}{len(group):>7}{first:>9.1%}{three:>10.1%}")
    print(f"left out: {became_names} slips made another medicine's exact name, or the name again\n")


def _report_false_suggestions(names: MedicineNames) -> None:
    words = [word for word in _words() if not names.match(word).ingredients]
    other = _others()
    hidden = set(other[::HELD_OUT])
    unseen = MedicineNames(medications(), {name: what for name, what in known_names().items() if name not in hidden})
    chance = random.Random(SEED)
    wrong = [
        mistyped(name, chance.choice(list(SLIPS)), chance) for name in other if name.isalpha() and len(name) >= SHORTEST
    ]
    print(f"{'suggests a flagged medicine':<34}{'n':>7}{'share':>9}   aim")
    for label, reader, texts, aim in (
        ("ordinary English words", names, words, "0.3 %"),
        ("  without the list of such words", _without_ordinary_words(), words, ""),
        ("other medicines, as listed", names, other, "1.5 %"),
        ("other medicines never seen", unseen, sorted(hidden), "1.5 %"),
        ("other medicines, misspelt", names, wrong[::3], ""),
    ):
        print(f"{label:<34}{len(texts):>7}{_false_share(reader, texts):>9.2%}   {aim}")
    print()


def _report_time() -> None:
    medicines, further = medications(), known_names()
    gc.collect()
    built, names = _timed(lambda: MedicineNames(medicines, further))
    first, _ = _timed(lambda: names.read("zolft"))
    typos = [m.typed for m in _typos(names)[0]][::4]
    exact = [f"{name} 20 mg daily" for each in medicines for name in (each.ingredient, *each.brands)]
    mixed = _lines(exact, typos)
    print(f"constructor {built * 1e3:.0f} ms, first misspelling {first * 1e3:.0f} ms more")
    for label, lines in (("exact lines", exact), ("misspelt lines", typos), ("mixed lines", mixed)):
        times = sorted(_timed(lambda line=line: names.read(line, on=ON))[0] * 1e3 for line in lines)
        median, late = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"{label:<18}{len(lines):>6}  median {median:.2f} ms, 99th percentile {late:.2f} ms")
    for label, text in _hostile().items():
        took, readings = _timed(lambda text=text: names.read(text, on=ON))
        print(f"{label:<34} {took * 1e3:>6.0f} ms, {len(readings)} readings")


def _typos(names: MedicineNames) -> tuple[list[Misspelling], int]:
    """Slips on every name of the protocol; and how many of them are exact names themselves and so no misspellings."""
    chance = random.Random(SEED)
    found: list[Misspelling] = []
    exact = 0
    for name in dict.fromkeys(name.lower() for each in medications() for name in (each.ingredient, *each.brands)):
        if len(name) < SHORTEST or not name.isascii() or not name.isalpha():
            continue
        right = frozenset(names.match(name).ingredients)
        for kind in SLIPS:
            typed = mistyped(name, kind, chance)
            match = names.match(typed)
            if match.match == "exact" or match.known_as:
                exact += 1
            else:
                found.append(Misspelling(typed, right, kind))
    return found, exact


def _real(names: MedicineNames) -> list[Misspelling]:
    """The misspellings written by hand, "tuned" or "held out" by the heading above them."""
    found: list[Misspelling] = []
    origin = ""
    for line in (HERE / "real_misspellings.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            origin = line.removeprefix("# ").partition(":")[0]
            continue
        ingredient, _, spellings = line.partition(":")
        for typed in (each.strip() for each in spellings.split(",")):
            match = names.match(typed)
            if match.match != "exact" and not match.known_as:
                found.append(Misspelling(typed, frozenset({ingredient}), origin))
    return found


def _recall(names: MedicineNames, group: Sequence[Misspelling]) -> tuple[float, float]:
    first = three = 0
    for each in group:
        readings = names.read(each.typed)
        first += any(_right(reading, each, 1) for reading in readings)
        three += any(_right(reading, each, 3) for reading in readings)
    return first / len(group), three / len(group)


def _right(reading: Reading, wanted: Misspelling, within: int) -> bool:
    return any(wanted.ingredients & set(suggestion.ingredients) for suggestion in reading.suggestions[:within])


def _false_share(names: MedicineNames, texts: Sequence[str]) -> float:
    wrong = sum(
        any(
            flagged() & set(suggestion.ingredients)
            for reading in names.read(text)
            for suggestion in reading.suggestions
        )
        for text in texts
    )
    return wrong / len(texts)


def _words() -> list[str]:
    return (HERE / "ordinary_words.txt").read_text(encoding="utf-8").split()


def _others() -> list[str]:
    """Names of medicines of which no ingredient is assessed, in an order that does not depend on the alphabet."""
    names = MedicineNames(medications(), known_names())
    found = sorted(name for name in known_names() if (match := names.match(name)).known_as and not match.ingredients)
    random.Random(SEED).shuffle(found)
    return found


def _without_ordinary_words() -> MedicineNames:
    """A reader that does not know the list of everyday words near a medicine, to show what the list is worth."""
    names = MedicineNames(medications(), known_names())
    near = names._index.near
    names._index.near = lambda key, *, ordinary_word=False: near(key, ordinary_word=True)  # type: ignore[method-assign]
    return names


def _near_words(dictionary: Path) -> Iterable[str]:
    names = _without_ordinary_words()
    words = {word for word in dictionary.read_text(encoding="utf-8").split() if word.isascii() and word.islower()}
    for word in sorted(word for word in words if word.isalpha()):
        match = names.match(word)
        if any(flagged() & set(suggestion.ingredients) for suggestion in match.suggestions):
            yield word


def _lines(exact: Sequence[str], typos: Sequence[str]) -> list[str]:
    chance = random.Random(SEED)
    shapes = ("{} 20 mg daily", "stopped {} 3 weeks ago", "{}", "{} (for sleep), as needed", "{} and {}", "{}, {} / {}")
    bare = [line.removesuffix(" 20 mg daily") for line in exact]
    return [
        shape.format(*(chance.choice(typos if chance.random() < 0.3 else bare) for _ in range(shape.count("{}"))))
        for shape in chance.choices(shapes, k=2000)
    ]


def _hostile() -> dict[str, str]:
    ten = 10_000_000
    return {
        "10 MB of one letter": "a" * ten,
        "10 MB of misspelt words": "prozak " * (ten // 7),
        "10 MB of expanding letters": "\ufdfa" * ten,
        "10 MB of commas": "," * ten,
        "10,000 medicines": ", ".join(["lithium"] * 10_000),
        "10,000 misspelt medicines": ", ".join(f"zolaft{n % 9}x" for n in range(10_000)),
    }


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    main()
