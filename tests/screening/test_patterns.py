"""No pattern that reads what people write takes much longer than the text is long, whatever the text."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import screening

LENGTH = 20_000
SECONDS = 3.0  # of the processor, for all texts; a pattern that goes back and forth takes minutes
PARTS = (
    *(
        "a",
        " ",
        "1",
        "1/",
        "1.",
        "1,",
        "-",
        "'",
        "a'",
        "a.",
        "a ",
        "1 ",
        "1 a ",
        "/1",
        ".1",
        "0 x 0 ",
        "1-1 ",
        "\u0301",
    ),
    *("off ", "off 1 ", "stopped ", "not stopped ", "not a ", "dont a a ", "no more ", "about a couple of ", "p.r.n"),
    *("less than a ", "1 week ago ", "12 to 12 weeks ", "in may ", "may 1 ", "1 may ", "1/1/", "2026-11-", "1 mg/"),
    *(
        "every other day ",
        "once a ",
        "twice per ",
        "when a b ",
        "as needed ",
        "q12h ",
        "extended release ",
        "a an half ",
    ),
    "last monday ",
)


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.walk_packages(screening.__path__, "screening."):
        if module.name == "screening.__main__" or module.name.startswith("screening.loading"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value
            elif isinstance(value, tuple):
                yield from ((f"{module.name}.{name}", v) for row in value for v in _within(row))


def _within(row: object) -> Iterator[re.Pattern[str]]:
    if isinstance(row, tuple):
        yield from (each for each in row if isinstance(each, re.Pattern))


PATTERNS = sorted(patterns(), key=lambda each: each[0])


def test_the_patterns_of_the_decision_are_found() -> None:
    assert len(PATTERNS) > 40


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _ in PATTERNS])
def test_a_pattern_takes_no_longer_than_the_text_is_long(name: str, pattern: re.Pattern[str]) -> None:
    begun = time.process_time()
    for part in PARTS:
        text = part * (LENGTH // len(part)) + "!"
        pattern.fullmatch(text)
        sum(1 for _ in pattern.finditer(text))
    assert time.process_time() - begun < SECONDS, name
