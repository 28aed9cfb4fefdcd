"""The evaluation of misspelt medicines as figures; `python -m tests.bench.medicine_names` prints it whole."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from screening.medications import MedicineNames
from tests.bench import medicine_names as evaluation
from tests.bench.figures import Figure
from tests.screening.medicine_data import known_names, medications


def figures() -> Iterator[Figure]:
    """How often the right medicine is suggested, how often a wrong one, and the time of a line."""
    names = MedicineNames(medications(), known_names())
    typos, real = evaluation._typos(names)[0], evaluation._real(names)
    unused = [each for each in real if each.origin == "held out"]
    for what, group in (("slips made by rule", typos), ("real misspellings not used to tune", unused)):
        first, three = evaluation._recall(names, group)
        yield Figure(f"{what}: right one first", first * 100, "%", at_least=90, detail=f"n = {len(group):,}")
        yield Figure(f"{what}: among three", three * 100, "%", at_least=97)
    yield from _false_suggestions(names)
    yield from _time_of_a_line(names, [each.typed for each in typos])


def _false_suggestions(names: MedicineNames) -> Iterator[Figure]:
    words = [word for word in evaluation._words() if not names.match(word).ingredients]
    other = evaluation._others()
    unseen = other[:: evaluation.HELD_OUT]
    hidden = set(unseen)
    without = MedicineNames(medications(), {name: what for name, what in known_names().items() if name not in hidden})
    for what, reader, texts, at_most in (
        ("ordinary words that suggest a flagged medicine", names, words, 0.3),
        ("other medicines that do, as listed", names, other, 1.5),
        ("other medicines that do, hidden from the list", without, unseen, 1.5),
    ):
        share = evaluation._false_share(reader, texts)
        yield Figure(what, share * 100, "%", at_most=at_most, detail=f"n = {len(texts):,}")


def _time_of_a_line(names: MedicineNames, typos: list[str]) -> Iterator[Figure]:
    exact = [f"{name} 20 mg daily" for each in medications() for name in (each.ingredient, *each.brands)]
    times = []
    for line in evaluation._lines(exact, typos):
        begun = time.perf_counter()
        names.read(line, on=evaluation.ON)
        times.append((time.perf_counter() - begun) * 1e3)
    yield Figure("time of a line, median", statistics.median(times), "ms", at_most=1, detail=f"n = {len(times):,}")
