"""Reads a page as a tree, with the few questions that tests ask about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


@dataclass
class Tag:
    """An element: its name, attributes, what it holds, and what it is in."""

    name: str
    attrs: dict[str, str]
    parent: Tag | None = None
    children: list[Tag | str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attrs.get(attribute, "")

    @property
    def text(self) -> str:
        """The words in it, spaces collapsed."""
        return " ".join("".join(child for child in self._below() if isinstance(child, str)).split())

    def _below(self) -> Iterator[Tag | str]:
        """Every element and text below, in the order of the page."""
        waiting = self.children[::-1]
        while waiting:
            child = waiting.pop()
            yield child
            if isinstance(child, Tag):
                waiting += child.children[::-1]

    def all(self, *names: str, **attrs: str) -> Iterator[Tag]:
        """Every element below with one of these names and all of these attributes."""
        for child in self._below():
            if not isinstance(child, Tag) or (names and child.name not in names):
                continue
            if all(child[name] == value for name, value in attrs.items()):
                yield child

    def inside(self, is_it: Callable[[Tag], bool]) -> Tag | None:
        """The nearest element around this one of which that is true."""
        around = self.parent
        while around is not None and not is_it(around):
            around = around.parent
        return around

    @property
    def classes(self) -> frozenset[str]:
        """Its classes."""
        return frozenset(self["class"].split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Tag("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        new = Tag(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(new)
        if tag not in VOID:
            self.at = new

    def handle_endtag(self, tag: str) -> None:
        around: Tag | None = self.at
        while around is not None and around.name != tag:
            around = around.parent
        if around is not None and around.parent is not None:
            self.at = around.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def tree(html: str) -> Tag:
    """The whole page as one element without a name."""
    reader = _Reader()
    reader.feed(html)
    return reader.root
