"""Workers without their guard: what is urgent is tried once."""

from __future__ import annotations

from celery.signals import worker_init

from clinic.celery import app

__all__ = ["app"]


@worker_init.connect
def once(**_: object) -> None:
    from clinic.notifications import delivery

    delivery.URGENT_TRIES = 1
