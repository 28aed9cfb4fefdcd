"""What a patient's browser has to fetch: bytes and requests of a first view, and of the next page."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from tests.bench import visitors
from tests.bench.figures import Figure

KIB: Final = 1024
FIRST_KIB, NEXT_KIB, REQUESTS = 60, 15, 6
"""ux.md, U17."""
SITE: Final = "http://127.0.0.1"
ENCODINGS: Final = "gzip, deflate, br"
PAGE: Final = "mood"
"""Eight rows of four answers: the heaviest page of the common path."""
FETCHED_LINKS: Final = frozenset({"stylesheet", "preload", "modulepreload", "icon", "manifest"})
FETCHED_TAGS: Final = frozenset({"script", "img", "iframe", "source", "video", "audio", "embed"})
IN_CSS: Final = re.compile(r"""(?:url\(\s*|@import\s+)['"]?([^'")\s]+)""")
KEPT: Final = re.compile(r"max-age=[1-9]")


@dataclass(frozen=True, slots=True)
class File:
    """One file a page asks for: bytes on the wire without headers, and whether the browser may keep it."""

    size: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class View:
    """One page as it came, the files of our own that it fetches by address, and addresses of other hosts."""

    html: bytes
    sent: int
    files: dict[str, File]
    elsewhere: frozenset[str]

    @property
    def first(self) -> int:
        """Bytes of a first view."""
        return self.sent + sum(file.size for file in self.files.values())

    @property
    def following(self) -> int:
        """Bytes of this page for a browser that has been on another."""
        return self.sent + sum(file.size for file in self.files.values() if not file.is_kept)


class _Fetched(HTMLParser):
    """The addresses that a browser fetches by itself while it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "link" and FETCHED_LINKS & set(told.get("rel", "").split()):
            self.addresses.append(told.get("href", ""))
        if tag in FETCHED_TAGS and told.get("src"):
            self.addresses.append(told["src"])


def figures() -> Iterator[Figure]:
    """The home page, the start of the form, and a page of questions."""
    clinic = WSGIHandler()
    intake = visitors.filled_in(PAGE)
    visitor = visitors.copies(intake, 1)[0]
    pages = (
        ("/", reverse("pages:home"), ""),
        ("/intake/start/", reverse("intake:start"), ""),
        ("a page of eight rows", visitors.address_of_open_page(intake), visitor.cookies),
    )
    elsewhere: set[str] = set()
    for name, path, cookies in pages:
        view = _view(clinic, path, cookies)
        elsewhere |= view.elsewhere
        yield from _weights(name, view)
    yield Figure("addresses at another host, all of these", len(elsewhere), "", at_most=0)


def _weights(name: str, view: View) -> Iterator[Figure]:
    is_plain = view.sent == len(view.html)
    saved = view.sent - len(gzip.compress(view.html, 6)) if is_plain else 0
    parts = f"page {view.sent / KIB:.1f}{'' if is_plain else ' compressed'}, files {(view.first - view.sent) / KIB:.1f}"
    if saved:
        parts += f"; {(view.first - saved) / KIB:.1f} behind a proxy that compresses pages"
    yield Figure(f"{name}: first view", view.first / KIB, "KiB", at_most=FIRST_KIB, detail=parts)
    compressed = f"{(view.following - saved) / KIB:.1f} behind such a proxy" if saved else ""
    yield Figure(f"{name}: as the next page", view.following / KIB, "KiB", at_most=NEXT_KIB, detail=compressed)
    names = ", ".join(re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path.rpartition("/")[2]) for path in sorted(view.files))
    yield Figure(f"{name}: requests", 1 + len(view.files), "", at_most=REQUESTS, detail=f"page, {names}")


def _view(clinic: WSGIHandler, path: str, cookies: str) -> View:
    page = _fetch(clinic, path, cookies)
    html = gzip.decompress(page.body) if page.headers.get("content-encoding") == "gzip" else page.body
    reader = _Fetched()
    reader.feed(html.decode())
    waiting = [urljoin(SITE + path, address) for address in reader.addresses]
    files: dict[str, File] = {}
    elsewhere: set[str] = set()
    while waiting:
        address = waiting.pop().partition("#")[0]
        if not address.startswith(f"{SITE}/"):
            elsewhere |= {address} if not address.startswith("data:") else set()
        elif (where := urlsplit(address).path) not in files:
            files[where], more = _file(clinic, where)
            waiting += [urljoin(address, each) for each in more]
    return View(html, len(page.body), files, frozenset(elsewhere))


def _file(clinic: WSGIHandler, path: str) -> tuple[File, list[str]]:
    answer = _fetch(clinic, path)
    told = answer.headers
    text = gzip.decompress(answer.body) if told.get("content-encoding") == "gzip" else answer.body
    more = IN_CSS.findall(text.decode()) if path.endswith(".css") else []
    return File(len(answer.body), bool(KEPT.search(told.get("cache-control", "")))), more


def _fetch(clinic: WSGIHandler, path: str, cookies: str = "") -> visitors.Answer:
    answer = visitors.ask(clinic, visitors.request(path, cookies=cookies, HTTP_ACCEPT_ENCODING=ENCODINGS))
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer
