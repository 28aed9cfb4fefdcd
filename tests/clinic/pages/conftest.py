"""The public addresses, and what a browser would fetch for one of them."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from clinic.pages import articles

PAGES = [
    *("/", "/conditions/", "/evidence/", "/law/", "/law/?state=US-OR", "/law/?state=US-OH", "/how-it-works/"),
    *("/locations/", "/questions/", "/about/", "/privacy/", "/accessibility/", "/terms/", "/help-now/"),
    *(f"/conditions/{slug}/" for slug in articles.conditions()),
]


@pytest.fixture(params=PAGES)
def address(request: pytest.FixtureRequest) -> str:
    """Each public page in turn."""
    return request.param


@pytest.fixture
def read(client: Client) -> Callable[[str], str]:
    """Opens a public page and gives its HTML."""

    def page(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, address
        return response.content.decode()

    return page


@pytest.fixture
def page(read: Callable[[str], str], address: str) -> str:
    """The HTML of each public page in turn."""
    return read(address)


@pytest.fixture
def first_view() -> Callable[[str], dict[str, int]]:
    """The bytes a browser without a cache fetches for a page, by file; text compressed as the server sends it."""

    def fetched(html: str) -> dict[str, int]:
        sizes = {"page": len(gzip.compress(html.encode()))}
        files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', html))
        if 'rel="preload"' not in html and "urgent.css" not in html:
            raise AssertionError("the page neither preloads the font nor does without it")
        for name in files:
            content = Path(finders.find(name)).read_bytes()
            sizes[name] = len(content) if name.endswith(".woff2") else len(gzip.compress(content))
        return sizes

    return fetched
