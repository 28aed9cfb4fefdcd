"""Celery entry points of booking."""

from __future__ import annotations

from django.utils import timezone

from clinic.audit import actors
from clinic.booking import actions, waiting_actions
from clinic.celery import app


@app.task(name="clinic.booking.tasks.release_expired")
def release_expired() -> int:
    """Let go of holds whose time is over; beat asks every minute, and a missed minute harms nobody."""
    return actions.release_expired(now=timezone.now(), by=actors.system("booking"))


@app.task(name="clinic.booking.tasks.offer_freed")
def offer_freed(row_id: str = "") -> int:
    """Offer what became free to the waiting list; a nudge names the row that made it worth looking."""
    return waiting_actions.offer_freed(now=timezone.now(), by=actors.system("booking"))
