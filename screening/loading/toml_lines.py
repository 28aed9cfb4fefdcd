"""Where in a TOML text a table or a key is written: the parser gives no line numbers, and a mistake needs one."""

from __future__ import annotations

import re
from typing import Final

PART: Final = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
PATH: Final = rf"{PART}(?:\s*\.\s*{PART})*"
HEADER: Final = re.compile(rf"\s*\[\[?\s*({PATH})\s*\]\]?\s*(?:#.*)?$")
KEY: Final = re.compile(rf"\s*({PATH})\s*=\s*(.*)$")
LONG_QUOTES: Final = ('"""', "'''")

Path = tuple[str, ...]


def lines(text: str) -> dict[Path, int]:
    """The line of every table header and key of a TOML text, counted from 1; the first one counts.

    Args:
        text: any text; what is no header and no key is passed over, and so is the inside of a string of many lines.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
        elif header := HEADER.match(line):
            table = _parts(header[1])
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
            closing = _left_open(key[2])
    return found


def nearest(found: dict[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it that has a line; 1 when none has.

    Args:
        found: what `lines` returned.
        path: the names of the tables and of the key, from the outside in.
    """
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
        below = [line for each, line in found.items() if each[:length] == path[:length]]
        if below:
            return min(below)
    return 1


def _parts(path: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(PART, path))


def _left_open(value: str) -> str:
    return next((quotes for quotes in LONG_QUOTES if value.startswith(quotes) and quotes not in value[3:]), "")
