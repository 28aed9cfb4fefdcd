"""Celery entry points of the intake."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from clinic.audit.actors import system
from clinic.celery import app
from clinic.intake import draft_actions, link_actions, pace_actions


@app.task(name="clinic.intake.tasks.remove_old_drafts")
def remove_old_drafts() -> int:
    """Remove forms that nobody added to for 30 days; beat asks every hour."""
    return draft_actions.remove_old(by=system("intake"), now=timezone.now())


@app.task(name="clinic.intake.tasks.answer_link_requests")
def answer_link_requests() -> int:
    """Answer everybody who asked for a private link; beat asks every minute, for nudges that were lost."""
    return link_actions.answer_link_requests(by=system("intake"), now=timezone.now())


@app.task(name="clinic.intake.tasks.answer_link_request")
def answer_link_request(row_id: str) -> int:
    """Answer one request for a private link at once."""
    return link_actions.answer_link_requests(by=system("intake"), now=timezone.now(), row_id=UUID(row_id))


@app.task(name="clinic.intake.tasks.work_out_pace")
def work_out_pace() -> int | None:
    """Work out how long the form really takes; beat asks every day."""
    return pace_actions.work_out(by=system("intake"), now=timezone.now())


@app.task(name="clinic.intake.tasks.forget_visits")
def forget_visits() -> None:
    """Remove visits that are over, with what the quick check keeps in them; beat asks every hour."""
    SessionStore.clear_expired()
