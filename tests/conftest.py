"""What every test gets: no network but this machine, and tables that may be emptied although their rows are kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("no clock", deadline=None)
hypothesis.settings.load_profile("no clock")
"""Speed is measured by `make bench`; a busy machine must not make a property fail."""
_connect = socket.socket.connect
LOOPBACK = ("127.", "::1", "localhost")


class NetworkUsed(RuntimeError):
    """A test tried to reach another machine."""


def _only_here(self: socket.socket, address: Any) -> Any:
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
        raise NetworkUsed(str(address))
    return _connect(self, address)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine answers."""
    monkeypatch.setattr(socket.socket, "connect", _only_here)


@pytest.fixture(autouse=True, scope="session")
def tables_may_be_emptied() -> Iterator[None]:
    """Django empties all tables after a transactional test; the triggers that keep rows let it, here only."""
    import sys

    if "django" not in sys.modules:
        yield
        return
    import pgtrigger
    from django.test import TransactionTestCase

    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original
