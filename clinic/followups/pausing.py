"""Which follow-ups wait while a patient wants a pause: never safety, never a check after treatment."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from clinic.followups.models import FollowUp

WAITING: Final = ("opted out", "cancelled", "rebooked")
"""What the protocol lets end by an opt-out, and reminders: by a word of the stop condition. AWAITING THE MEDICAL
DIRECTOR: the protocol says nothing of pauses. Checks after a session, and what we need to decide, are not paused."""
CALLS: Final = ("C08",)
"""Calls about questions that nobody answered; whoever wants a pause is not called about them either."""


def may_pause(follow_up: FollowUp) -> bool:
    """True for what waits until the pause is over."""
    to_them = follow_up.audience == FollowUp.Audience.PATIENT or follow_up.plan in CALLS
    is_pressing = not follow_up.keeps_quiet_hours
    return to_them and not is_pressing and any(word in follow_up.stop_condition for word in WAITING)


def paused_until(follow_up: FollowUp, now: datetime) -> datetime | None:
    """When a follow-up is looked at again because of a pause; None without one.

    Args:
        follow_up: with its patient, as they are in the database.
        now: the moment.
    """
    until = follow_up.patient.paused_until
    return until if until and until > now and may_pause(follow_up) else None
