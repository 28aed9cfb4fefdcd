"""Which reminder a bare 1 or 2 answers: one that was texted lately, about something that has not changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from clinic.notifications.models import Message, TextReply
from clinic.patients.models import Patient

ANSWERABLE: Final = {
    "reminder-3-days": timedelta(days=3),
    "reminder-1-day": timedelta(days=1),
    "reminder-2-hours": timedelta(hours=2),
}
"""Reminders that ask for an answer, and how long after each was sent the appointment can still be to come."""


def answered_by(owners: Iterable[Patient], *, now: datetime) -> tuple[Patient, dict[str, str]] | None:
    """Whose reminder a text from their number answers, and what that reminder is about.

    Args:
        owners: everybody whose number it is.
        now: the moment.
    Returns:
        None when there is none, or more than one person it could be: then a person reads the text.
    """
    found = [(patient, about) for patient in owners if (about := _reminded_of(patient, now))]
    return found[0] if len(found) == 1 else None


def _reminded_of(patient: Patient, now: datetime) -> dict[str, str]:
    """What they were reminded of last by text, if it is still to come and nothing else was said of it since."""
    sent = Message.objects.filter(
        patient=patient,
        channel=Message.Channel.SMS,
        state=Message.State.SENT,
        template__in=ANSWERABLE,
        sent_at__gt=now - max(ANSWERABLE.values()),
    )
    last = sent.order_by("-sent_at").first()
    if last is None or last.sent_at + ANSWERABLE[last.template] <= now or "sequence" not in last.about:
        return {}
    about = {name: str(last.about[name]) for name in TextReply.ABOUT}
    of_it = Message.objects.filter(patient=patient, about__contains={"appointment": about["appointment"]})
    changed = of_it.exclude(template__in=ANSWERABLE).filter(created_at__gt=last.created_at)
    return {} if changed.exists() else about
