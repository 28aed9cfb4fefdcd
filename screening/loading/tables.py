"""A TOML file read table by table and key by key: what is wrong is noted with its line, and reading goes on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property

from screening.loading import toml_lines
from screening.loading.mistakes import Mistake


class Document:
    """One TOML file: its tables, and where each is written."""

    def __init__(self, name: str, text: str, mistakes: list[Mistake]) -> None:
        self.name, self.text, self.mistakes = name, text, mistakes
        self.data = self._parsed()

    def _parsed(self) -> dict[str, object]:
        try:
            return tomllib.loads(self.text)
        except ValueError as error:  # TOMLDecodeError, and what int() says of a number with thousands of digits
            place = re.search(r"at line (\d+)", str(error))
            at_the_end = self.text.count("\n") + 1 if "end of document" in str(error) else 0
            line = int(place[1]) if place else at_the_end
            what = re.sub(r"\s*\(at [^)]*\)$", "", str(error))
            self.mistakes.append(Mistake(self.name, line, f"This cannot be read as TOML: {what}."))
        except RecursionError:
            self.mistakes.append(Mistake(self.name, 1, "This cannot be read as TOML: it is nested too deeply."))
        return {}

    @cached_property
    def lines(self) -> dict[toml_lines.Path, int]:
        """Where everything is; only worked out when something is wrong."""
        return toml_lines.lines(self.text)

    def wrong(self, path: toml_lines.Path, sentence: str) -> None:
        """Note that what stands at this path is wrong."""
        self.mistakes.append(Mistake(self.name, toml_lines.nearest(self.lines, path), sentence))

    def top(self) -> Table:
        """The file itself as a table."""
        return Table(self, (), self.data)

    def tables(self) -> Iterator[Table]:
        """Every table at the top of the file, in the order they are written."""
        for name, data in self.data.items():
            yield Table(self, (name,), data)


class Table:
    """One table. Each reader returns an empty value when the key is missing or wrong; `close` names unknown keys."""

    __slots__ = ("data", "document", "path", "used")

    def __init__(self, document: Document, path: toml_lines.Path, data: object) -> None:
        self.document, self.path = document, path
        self.used: set[str] = set()
        self.data: Mapping[str, object] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.wrong("This must be a table.")

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    def wrong(self, sentence: str, key: str = "") -> None:
        """Note what is wrong with a key of this table, or with the whole of it."""
        label = f"[{'.'.join(self.path)}] " if self.path else ""
        self.document.wrong((*self.path, key) if key else self.path, f"{label}{sentence}")

    def text(self, key: str, *, optional: bool = False, empty: bool = False) -> str:
        """A text, its lines and spaces folded to single spaces."""
        value = self._value(key, optional)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(f'"{key}" must be a text.', key)
            return ""
        folded = " ".join(value.split())
        if not folded and not empty:
            self.wrong(f'"{key}" is empty.', key)
        return folded

    def texts(self, key: str, *, optional: bool = False, empty: bool = False) -> tuple[str, ...]:
        """A list of texts, none of them empty and none twice."""
        value = self._value(key, optional)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            self.wrong(f'"{key}" must be a list of texts.', key)
            return ()
        if not value and not empty:
            self.wrong(f'"{key}" is empty.', key)
        if len(set(value)) < len(value):
            twice = next(each for each in value if value.count(each) > 1)
            self.wrong(f'"{key}" has "{twice}" twice.', key)
        return tuple(value)

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """A text that is one of a few."""
        value = self.text(key)
        if value and value not in allowed:
            self.wrong(f'"{key}" is "{value}", which is none of {", ".join(allowed)}.', key)
            return ""
        return value

    def whole(self, key: str, lowest: int, highest: int, *, optional: bool = False) -> int:
        """A whole number within bounds."""
        value = self._value(key, optional)
        if value is None:
            return lowest
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong(f'"{key}" must be a whole number from {lowest} to {highest}.', key)
            return lowest
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._value(key, optional=False)
        if value is not None and not isinstance(value, bool):
            self.wrong(f'"{key}" must be true or false.', key)
        return value is True

    def day(self, key: str) -> date | None:
        """A date, or None when the key is not there."""
        value = self._value(key, optional=True)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.wrong(f'"{key}" must be a date such as 2026-12-01, without quotes.', key)
            return None
        return value if isinstance(value, date) else None

    def raw(self, key: str) -> object:
        """The value as TOML gives it; None when the key is not there. The caller checks it."""
        return self._value(key, optional=True)

    def table(self, key: str, *, optional: bool = False) -> Table:
        """A table inside this one; an empty one when it is not there."""
        value = self._value(key, optional)
        return Table(self.document, (*self.path, key), {} if value is None else value)

    def tables(self, key: str) -> tuple[Table, ...]:
        """A list of tables inside this one."""
        value = self._value(key, optional=True)
        if value is not None and not isinstance(value, list):
            self.wrong(f'"{key}" must be a list of tables.', key)
            return ()
        return tuple(Table(self.document, (*self.path, key), each) for each in value or ())

    def close(self) -> None:
        """Note every key that was never asked for."""
        for key in self.data.keys() - self.used:
            self.wrong(f'"{key}" is not a key that belongs here.', key)

    def _value(self, key: str, optional: bool) -> object:
        self.used.add(key)
        value = self.data.get(key)
        if value is None and not optional:
            self.wrong(f'"{key}" is missing.')
        return value
