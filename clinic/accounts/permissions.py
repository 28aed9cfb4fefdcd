"""Which role may do what: one table, and the same in words."""

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

    OWN_SIGN_IN = "accounts.own"
    SEE_STAFF_HOME = "staff.home"
    SEE_WORKLIST = "reviews.worklist"
    SEE_INTAKE = "reviews.see"
    DECIDE = "reviews.decide"
    SHARE_SNIPPETS = "reviews.share_snippets"
    ACKNOWLEDGE = "notifications.acknowledge"
    SEE_CALENDAR = "booking.calendar"
    BOOK_FOR_PATIENT = "booking.book"
    MARK_VISIT = "booking.mark"
    SET_HOURS = "booking.hours"
    OWN_FEED = "booking.feed"
    SEE_TASKS = "followups.tasks"
    SEE_DELIVERY = "notifications.delivery"
    SEE_OUTBOX = "notifications.outbox"
    SEE_AUDIT = "audit.see"
    MANAGE_PEOPLE = "accounts.manage"


_EVERYONE: Final = frozenset({Permission.SEE_STAFF_HOME, Permission.OWN_SIGN_IN, Permission.SEE_DELIVERY})
_CLINICAL: Final = _EVERYONE | {
    Permission.SEE_WORKLIST,
    Permission.SEE_INTAKE,
    Permission.DECIDE,
    Permission.ACKNOWLEDGE,
    Permission.SEE_CALENDAR,
    Permission.MARK_VISIT,
    Permission.OWN_FEED,
    Permission.SEE_TASKS,
}
ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.CLINICIAN: _CLINICAL,
    Role.ON_CALL: _CLINICAL,
    Role.DIRECTOR: _CLINICAL
    | {Permission.SHARE_SNIPPETS, Permission.SET_HOURS, Permission.SEE_AUDIT, Permission.MANAGE_PEOPLE},
    Role.SCHEDULER: _EVERYONE
    | {
        Permission.SEE_CALENDAR,
        Permission.BOOK_FOR_PATIENT,
        Permission.MARK_VISIT,
        Permission.SET_HOURS,
        Permission.SEE_TASKS,
    },
    Role.ADMINISTRATOR: _EVERYONE | {Permission.SEE_OUTBOX, Permission.MANAGE_PEOPLE},
}
"""Administrators take no clinical decision; schedulers see no answer, finding or score. The record holds the reasons of
clinicians in their own words, so the director reads it and the administrator does not."""

CLINICAL: Final = frozenset(role for role, may in ALLOWED.items() if Permission.DECIDE in may)
"""Roles that decide about patients; only a medical director gives one."""
NEVER_WITHOUT: Final = (Role.DIRECTOR, Role.ADMINISTRATOR)
"""Roles of which one active person is always left."""

ROLE_WORDS: Final[dict[Role, str]] = {
    Role.CLINICIAN: "Clinician",
    Role.ON_CALL: "On call",
    Role.DIRECTOR: "Medical director",
    Role.SCHEDULER: "Scheduler",
    Role.ADMINISTRATOR: "Administrator",
}
PERMISSION_WORDS: Final[dict[Permission, str]] = {
    Permission.SEE_STAFF_HOME: "Sign in",
    Permission.OWN_SIGN_IN: "Change their own sign-in",
    Permission.SEE_WORKLIST: "See who waits for a decision",
    Permission.SEE_INTAKE: "Read answers, flags and scores",
    Permission.DECIDE: "Decide about a patient",
    Permission.SHARE_SNIPPETS: "Write ready sentences for everybody",
    Permission.ACKNOWLEDGE: "Say “I have it” to an urgent page",
    Permission.SEE_CALENDAR: "See the calendar",
    Permission.BOOK_FOR_PATIENT: "Find a patient by name; book, move and cancel for them",
    Permission.MARK_VISIT: "Say whether a visit took place",
    Permission.SET_HOURS: "Set the hours of clinicians, time off and holidays",
    Permission.OWN_FEED: "Read their own calendar in another program",
    Permission.SEE_TASKS: "See and close tasks (a scheduler: only those without health in them)",
    Permission.SEE_DELIVERY: "See what did not arrive, and try it again (which message: only clinical roles)",
    Permission.SEE_OUTBOX: "Read the test outbox (not in production)",
    Permission.SEE_AUDIT: "Read the record of who did what, and why",
    Permission.MANAGE_PEOPLE: "Invite people, change roles, end access (clinical roles: only the medical director)",
}
