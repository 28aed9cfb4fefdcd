"""Which role may do what: one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is at the clinic."""

    CLINICIAN = "clinician"
    SCHEDULER = "scheduler"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"
    ON_CALL = "on_call"


class Permission(StrEnum):
    """One thing that somebody may do; every staff page asks for exactly one."""

    SEE_STAFF_HOME = "staff.home"
    SEE_WORKLIST = "reviews.worklist"
    SEE_INTAKE = "reviews.see"
    DECIDE = "reviews.decide"
    SEE_CALENDAR = "booking.calendar"
    BOOK_FOR_PATIENT = "booking.book"
    SEE_TASKS = "followups.tasks"
    SEE_OUTBOX = "notifications.outbox"
    SEE_AUDIT = "audit.see"
    MANAGE_PEOPLE = "accounts.manage"


_EVERYONE: Final = frozenset({Permission.SEE_STAFF_HOME})
_CLINICAL: Final = _EVERYONE | {
    Permission.SEE_WORKLIST,
    Permission.SEE_INTAKE,
    Permission.DECIDE,
    Permission.SEE_CALENDAR,
    Permission.SEE_TASKS,
}
ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.CLINICIAN: _CLINICAL,
    Role.ON_CALL: _CLINICAL,
    Role.DIRECTOR: _CLINICAL | {Permission.SEE_AUDIT, Permission.MANAGE_PEOPLE},
    Role.SCHEDULER: _EVERYONE | {Permission.SEE_CALENDAR, Permission.BOOK_FOR_PATIENT, Permission.SEE_TASKS},
    Role.ADMINISTRATOR: _EVERYONE | {Permission.SEE_OUTBOX, Permission.MANAGE_PEOPLE, Permission.SEE_AUDIT},
}
"""Administrators take no clinical decision; schedulers see no answer, finding or score."""
