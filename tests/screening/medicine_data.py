"""The medicines of the protocol, for the tests of the medicine reader and for its bench."""

from __future__ import annotations

from functools import cache

from screening.loader import PROTOCOLS, load
from screening.loading.medicines import known_names as read_known_names
from screening.medications import Medication, MedicineNames

FOLDER = PROTOCOLS / "2026-11"


@cache
def medications() -> tuple[Medication, ...]:
    """The assessed ingredients."""
    return tuple(load(FOLDER, sealed=False).medications.values())


@cache
def known_names() -> dict[str, tuple[str, ...]]:
    """Further names of medicines, to what each stands for."""
    return read_known_names("known_names.csv", (FOLDER / "known_names.csv").read_text(encoding="utf-8"), [])


@cache
def names() -> MedicineNames:
    """The reader that the tests share."""
    return MedicineNames(medications(), known_names())


@cache
def flagged() -> frozenset[str]:
    """The ingredients with any severity at all."""
    return frozenset(each.ingredient for each in medications() if any(each.severity.values()))
