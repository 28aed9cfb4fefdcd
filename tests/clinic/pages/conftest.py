"""The public addresses, and their pages."""

from collections.abc import Callable

import pytest
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
