"""What every test gets: no network but this machine, one browser, and tables that may be emptied although rows stay."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("no clock", deadline=None)
hypothesis.settings.load_profile("no clock")
"""Speed is measured by `make bench`; a busy machine must not make a property fail."""
_connect = socket.socket.connect
CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
LOOPBACK = ("127.", "::1", "localhost")


class NetworkUsed(RuntimeError):
    """A test tried to reach another machine."""


def _only_here(self: socket.socket, address: Any) -> Any:
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
        raise NetworkUsed(str(address))
    return _connect(self, address)


def pytest_collection_finish() -> None:
    """Ten thousand tests stay until the end: what looks for garbage need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine answers."""
    monkeypatch.setattr(socket.socket, "connect", _only_here)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, one for each process of the tests; when there is none, the tests fail and say so."""
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        except Exception as problem:  # noqa: BLE001 - whatever is wrong, the sentence is the same
            pytest.fail(f"These tests need Chromium (Debian: apt-get install chromium): {str(problem)[:200]}")
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True, scope="session")
def one_connection_for_a_thread() -> None:
    """Django keeps a second set of connections where an event loop runs, as it does once a browser is open.

    A test whose rows are in one set and whose questions go to the other waits for itself, for ever.
    """
    import sys
    import threading

    if "django" in sys.modules:
        from django.db import connections

        connections._connections = threading.local()


@pytest.fixture(autouse=True, scope="session")
def passwords_are_quick() -> None:
    """The same hash for less work: what makes guessing slow makes a hundred sign-ins slow too."""
    import sys

    if "django" in sys.modules:
        from django.contrib.auth.hashers import Argon2PasswordHasher

        Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64


@pytest.fixture(autouse=True, scope="session")
def tables_may_be_emptied() -> Iterator[None]:
    """Tables are emptied after a transactional test; the triggers that keep rows let it, here only."""
    import sys

    if "django" not in sys.modules:
        yield
        return
    import pgtrigger
    from django.test import TransactionTestCase

    from tests.emptied import empty_the_small

    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            if not empty_the_small():
                original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original
