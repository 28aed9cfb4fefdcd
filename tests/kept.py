"""Rows made once for many tests: in a transaction that lies around theirs and is taken back after the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is seen inside, and is gone afterwards; Django's own tests do it like this."""
    around = transaction.atomic()
    around._from_testcase = True
    with around:
        yield
        transaction.set_rollback(True)
