"""Every patient page is light, fetches little, and nothing from anybody else."""

from __future__ import annotations

import re

import pytest

from tests.ux.budget import BUDGET
from tests.ux.conftest import Pages
from tests.ux.shown import Shown, faults

pytestmark = pytest.mark.django_db
KIB = 1024
WEIGHT = BUDGET["weight"]
URGENT = frozenset({"intake:help", "pages:help_now"})


def test_a_first_view_is_light(show: Pages) -> None:
    def heavy(page: Shown) -> object:
        size = page.page_size + sum(page.files.values())
        return size if size > WEIGHT["first_view_kib"] * KIB or not page.files else None

    assert faults(show, heavy) == {}


def test_the_next_page_is_lighter(show: Pages) -> None:
    assert faults(show, lambda page: max(page.page_size - WEIGHT["next_view_kib"] * KIB, 0)) == {}


def test_a_page_takes_few_requests(show: Pages) -> None:
    assert faults(show, lambda page: sorted(page.files) if 1 + len(page.files) > WEIGHT["requests"] else None) == {}


def test_a_page_fetches_nothing_from_anybody_else(show: Pages) -> None:
    def elsewhere(page: Shown) -> object:
        named = re.findall(r"""(?:src|srcset|poster|data|action|ping)=["'](?!/(?!/)|#|["'])([^"']+)""", page.html)
        fetched = [address for address in page.addresses if not re.match("/static/", address)]
        allowed = page.headers.get("Content-Security-Policy", "")
        is_open = page.state.url_name != "error" and "default-src 'none'" not in allowed
        return [*named, *fetched, *([allowed or "no policy"] if is_open else [])]

    assert faults(show, elsewhere) == {}


def test_help_comes_before_everything_heavy(show: Pages) -> None:
    def heavy(page: Shown) -> object:
        size = page.page_size + sum(page.files.values())
        return size if page.state.url_name in URGENT and size > BUDGET["human"]["urgent_page_kib"] * KIB else None

    assert faults(show, heavy) == {}


def test_a_private_page_is_kept_nowhere(show: Pages) -> None:
    def kept(page: Shown) -> object:
        if not page.is_private or page.state.url_name == "error":
            return None
        robots = [tag["content"] for tag in page.tree.all("meta", name="robots")]
        return None if (page.headers["Cache-Control"], robots) == ("no-store", ["noindex"]) else page.headers

    assert faults(show, kept) == {}
