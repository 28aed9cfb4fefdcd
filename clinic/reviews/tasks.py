"""What Celery calls: look over the decisions that end and the records that wait."""

from __future__ import annotations

from django.utils import timezone

from clinic.audit.actors import system
from clinic.celery import app
from clinic.reviews import second_actions, sweep_actions


@app.task(name="clinic.reviews.tasks.look_over")
def look_over() -> None:
    """End what is over, say what is late, fill in what is new."""
    sweep_actions.expire(by=system("reviews"), now=timezone.now())
    second_actions.end_overtaken(by=system("reviews"), now=timezone.now())
    sweep_actions.look_over_new(by=system("reviews"))
    sweep_actions.alert_late(by=system("reviews"), now=timezone.now())
