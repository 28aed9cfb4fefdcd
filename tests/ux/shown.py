"""A page of the registry as it was sent: its address, its HTML, and what a browser would fetch for it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders

from tests.ux.html import Tag, tree
from tests.ux.states import STATES, State

FETCHED_LINKS: Final = frozenset({"stylesheet", "preload", "modulepreload", "icon", "manifest"})
FETCHED_TAGS: Final = frozenset({"script", "img", "iframe", "source", "video", "audio", "embed"})
IN_CSS: Final = re.compile(r"""(?:url\(\s*|@import\s+)['"]?([^'")\s]+)""")


@dataclass(frozen=True)
class Shown:
    """One state of one page."""

    state: State
    path: str
    method: str
    status: int
    headers: dict[str, str]
    html: str

    @classmethod
    def of(cls, state: State) -> Shown:
        """Put the clinic into the state and read what it answers."""
        answer = state.answer()
        request = getattr(answer, "request", {"PATH_INFO": "/intake/", "QUERY_STRING": "", "REQUEST_METHOD": "POST"})
        query = f"?{request['QUERY_STRING']}" if request["QUERY_STRING"] else ""
        return cls(
            state,
            request["PATH_INFO"] + query,
            request["REQUEST_METHOD"],
            answer.status_code,
            dict(answer.headers),
            answer.content.decode(),
        )

    @property
    def is_private(self) -> bool:
        """True for pages about one person; public pages are for everybody."""
        return not self.state.url_name.startswith("pages:")

    @cached_property
    def tree(self) -> Tag:
        """The page as a tree."""
        return tree(self.html)

    @cached_property
    def main(self) -> Tag:
        """Its main part."""
        return next(self.tree.all("main"))

    @cached_property
    def errors(self) -> list[Tag]:
        """The links and lines of the error summary."""
        return [line for summary in self.tree.all(id="error-summary") for line in summary.all("li")]

    @cached_property
    def ids(self) -> dict[str, Tag]:
        """What has an id, by it."""
        return {tag["id"]: tag for tag in self.tree.all() if tag["id"]}

    @cached_property
    def addresses(self) -> list[str]:
        """What a browser fetches by itself for this page."""
        links = [tag["href"] for tag in self.tree.all("link") if FETCHED_LINKS & set(tag["rel"].split())]
        return links + [tag["src"] for tag in self.tree.all(*FETCHED_TAGS) if tag["src"]]

    @cached_property
    def files(self) -> dict[str, int]:
        """Bytes of each of our files that the page needs, as they are sent."""
        names = {urlsplit(address).path for address in self.addresses if address.startswith("/static/")}
        names |= {f"/static/{more}" for name in names if name.endswith(".css") for more in _named_in(name)}
        if "urgent.css" in self.html:
            names = {name for name in names if not name.endswith(".woff2")}
        return {name: sent_size(name) for name in names}

    @property
    def page_size(self) -> int:
        """Bytes of the page itself, compressed."""
        return len(gzip.compress(self.html.encode(), 6))


def file_bytes(name: str) -> bytes:
    """One of our own files.

    Args:
        name: its address.
    """
    return Path(str(finders.find(name.removeprefix("/static/")))).read_bytes()


@cache
def sent_size(name: str) -> int:
    """Bytes of a file as the server sends it: compressed, unless it is already."""
    content = file_bytes(name)
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 6))


@cache
def _named_in(name: str) -> tuple[str, ...]:
    return tuple(IN_CSS.findall(file_bytes(name).decode()))


def faults(show: Callable[[State], Shown], find: Callable[[Shown], object]) -> dict[str, object]:
    """What is wrong, by state; empty when nothing is.

    Args:
        show: gives the page of a state.
        find: what is wrong with a page; something false when nothing is.
    """
    return {str(state): found for state in STATES if (found := find(show(state)))}
