"""medications.toml and known_names.csv: the medicines that are assessed, and the names of those that are not."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from typing import Final

from screening.loading.deciding import named_sources
from screening.loading.mistakes import Mistake
from screening.loading.tables import Document, Table
from screening.medications import Medication

SEVERITY: Final = {"none": 0, "caution": 1, "clinician_review": 2, "contraindicated": 3}
HEADER: Final = ["name", "ingredients"]
LONGEST_WASHOUT_DAYS: Final = 365
LONGEST_HALF_LIFE_H: Final = 10_000


def medications(document: Document, sources: Collection[str]) -> dict[str, Medication]:
    """Every assessed ingredient, by its name as it is written in the file.

    Args:
        document: medications.toml.
        sources: the keys of the known sources.
    """
    found: dict[str, Medication] = {}
    folded: dict[str, str] = {}
    for table in document.tables():
        known = folded.setdefault(table.name.casefold(), table.name)
        if known != table.name:
            table.wrong(f'This is "{known}" again.')
        found[table.name] = _medication(table, sources)
        table.close()
    return found


def _medication(table: Table, sources: Collection[str]) -> Medication:
    low, high = _half_life(table)
    return Medication(
        ingredient=table.name,
        brands=table.texts("brands", empty=True),
        drug_class=table.text("class"),
        tags=frozenset(table.texts("tags")),
        half_life_low_h=low,
        half_life_high_h=high,
        washout_days=table.whole("washout_days", 0, LONGEST_WASHOUT_DAYS),
        severity={
            "psy": SEVERITY.get(table.choice("psychedelics", SEVERITY), 0),
            "ket": SEVERITY.get(table.choice("ketamine", SEVERITY), 0),
        },
        mechanism=table.text("mechanism"),
        sources=named_sources(table, sources),
    )


def _half_life(table: Table) -> tuple[float | None, float | None]:
    match table.raw("half_life_hours"):
        case None:
            return None, None
        case [int() | float() as low, int() | float() as high] if 0 < low <= high <= LONGEST_HALF_LIFE_H:
            return float(low), float(high)
    table.wrong('"half_life_hours" must be two numbers of hours, the lower one first.', "half_life_hours")
    return None, None


def known_names(name: str, text: str, mistakes: list[Mistake]) -> dict[str, tuple[str, ...]]:
    """Names of medicines and their ingredients, as lines of `name;ingredient|ingredient`.

    Args:
        name: the path of the file, for mistakes.
        text: what is in it.
        mistakes: grows by each line that is not right.
    """
    found: dict[str, tuple[str, ...]] = {}
    rows = csv.reader(io.StringIO(text), delimiter=";", strict=True)
    try:
        if next(rows, None) != HEADER:
            mistakes.append(Mistake(name, 1, 'The first line must be "name;ingredients".'))
        for row in rows:
            ingredients = tuple(row[1].split("|")) if len(row) == 2 else ()
            if not ingredients or not row[0] or not all(ingredients):
                mistakes.append(Mistake(name, rows.line_num, "A line has a name, a semicolon and its ingredients."))
            elif row[0] in found:
                mistakes.append(Mistake(name, rows.line_num, f'"{row[0]}" is there twice.'))
            else:
                found[row[0]] = ingredients
    except csv.Error as error:
        mistakes.append(Mistake(name, rows.line_num, f"This line cannot be read: {error}."))
    return found
