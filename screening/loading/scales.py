"""instruments.toml: the scales, their items, bands and codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from screening.instruments import Band, Instrument
from screening.loading.tables import Document, Table

SCORINGS: Final = ("sum", "audit_c", "yes_count", "mean")
EVERY_ITEM: Final = "every_item"


def instruments(document: Document, questions: Collection[str]) -> dict[str, Instrument]:
    """Every scale of the file, by its id.

    Args:
        document: instruments.toml.
        questions: the ids of the known questions; every item is one.
    """
    return {table.name: _instrument(table, questions) for table in document.tables()}


def _instrument(table: Table, questions: Collection[str]) -> Instrument:
    items = table.texts("items")
    for item in items:
        if item not in questions:
            table.wrong(f'The item "{item}" is not a question.', "items")
    scoring, highest = table.choice("scoring", SCORINGS), table.whole("highest_item", 1, 10)
    instrument = Instrument(
        id=table.name,
        name=table.text("name"),
        items=items,
        scoring=scoring,
        highest_item=highest,
        bands=_bands(table, highest if scoring == "mean" else highest * len(items)),
        codes=_codes(table.table("codes", optional=True), {"panel", "total", *questions}),
        licence=table.text("licence"),
        answer_codes=_answer_codes(table.table("answer_codes", optional=True), items),
    )
    table.close()
    return instrument


def _bands(table: Table, highest_total: int) -> tuple[Band, ...]:
    """The bands, which must leave no total without a name, or none at all."""
    bands = []
    for each in table.tables("bands"):
        bands.append(Band(each.text("name"), each.whole("low", 0, highest_total), each.whole("high", 0, highest_total)))
        each.close()
    starts = [0, *(band.high + 1 for band in bands)]
    if bands and ([band.low for band in bands] != starts[:-1] or starts[-1] != highest_total + 1):
        table.wrong(f'"bands" must go from 0 to {highest_total} without a gap or an overlap.', "bands")
    return tuple(bands)


def _codes(table: Table, allowed: Collection[str]) -> dict[str, str]:
    codes = {key: table.text(key) for key in table.data if key in allowed}
    table.close()
    return codes


def _answer_codes(table: Table, items: tuple[str, ...]) -> dict[str, dict[str, str]]:
    if EVERY_ITEM in table.data:
        same = _codes(table.table(EVERY_ITEM), _answers())
        table.close()
        return {item: dict(same) for item in items}
    found = {item: _codes(table.table(item), _answers()) for item in items if item in table.data}
    table.close()
    return found


def _answers() -> frozenset[str]:
    return frozenset(str(number) for number in range(11))
