"""How long PostgreSQL lets a process of ours wait, work or stand still; docs/settings.md says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.conf import settings

WEB: Final = {"lock_timeout": "5s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}
"""Somebody looks at an empty page meanwhile: after this they get the 503 page, with what they typed."""
WORKER: Final = {"lock_timeout": "10s", "statement_timeout": "90s", "idle_in_transaction_session_timeout": "60s"}
"""Less than the time limit of a task in clinic/celery.py: a row that is held fails alone, and its neighbours go on."""


def at_most(limits: Mapping[str, str]) -> None:
    """Give every connection that this process opens from now on these limits; `options` of DATABASE_URL come last.

    Processes that nobody tells wait as long as it takes: migrations and other commands have somebody at the keyboard.

    Args:
        limits: PostgreSQL's settings and their values.
    """
    options = settings.DATABASES["default"]["OPTIONS"]
    ours = " ".join(f"-c {name}={value}" for name, value in limits.items())
    options["options"] = f"{ours} {options.get('options', '')}".rstrip()
