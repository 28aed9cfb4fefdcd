"""What holds on every public page beyond what tests/ux asks of all: help first, and links that lead somewhere."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from .conftest import PAGES


def test_help_comes_before_everything_else(page: str) -> None:
    assert page.index('<a class="skip" href="#main">') < page.index('<main id="main"')
    assert page.index('href="tel:988"') < page.index("<h2")


def test_links_to_other_sites_do_not_say_where_from(page: str) -> None:
    outside = re.findall(r'<a [^>]*href="https?://[^>]+>', page)

    assert all('rel="noreferrer"' in link for link in outside)


def test_every_link_leads_somewhere(page: str, read: Callable[[str], str]) -> None:
    for link in set(re.findall(r'<a [^>]*href="([^"]+)"', page)):
        parts = urlsplit(link)
        if parts.scheme or link.startswith("/static/"):
            continue
        if parts.path:
            resolve(parts.path)
        if parts.fragment:
            target = read(parts.path) if parts.path else page
            assert f'id="{parts.fragment}"' in target, link


@pytest.mark.parametrize("address", PAGES)
def test_it_refuses_to_be_posted_to(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_an_unknown_page_says_so_with_the_help_line(client: Client) -> None:
    response = client.get("/conditions/no-such-page/")
    page = response.content.decode()

    assert response.status_code == 404
    assert "We cannot find that page" in page
    assert 'href="tel:988"' in page
