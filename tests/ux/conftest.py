"""A broker that takes nudges and does nothing with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clinic import celery


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here waits for the workers."""
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    yield
    celery._sender.submit(lambda: None).result(timeout=5)
