"""Celery entry points of the record."""

from __future__ import annotations

import logging

from clinic.audit import actors, checking, sealing
from clinic.celery import app

log = logging.getLogger(__name__)
LONGEST_CHECK = 50 * 60
"""Seconds; a check reads every line there is."""


@app.task(name="clinic.audit.tasks.seal")
def seal() -> int:
    """Seal what was written since the last seal; beat asks every minute, and a missed minute only waits."""
    return sealing.seal_all()


@app.task(name="clinic.audit.tasks.check", time_limit=LONGEST_CHECK + 60, soft_time_limit=LONGEST_CHECK)
def check() -> None:
    """Look through the whole record; beat asks every hour."""
    verdict = checking.check(by=actors.system("audit"))
    if verdict.found:
        log.error("the audit record is broken: %s", verdict.found.what)
