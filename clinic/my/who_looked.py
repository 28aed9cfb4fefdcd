"""Who of the staff looked at a patient's record, as the patient reads it: role, day and why, and no name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.booking.zones import local
from clinic.intake.presenters import long_date
from clinic.patients.lookers import BROKE_GLASS, looks_at
from clinic.patients.models import Patient
from clinic.patients.zones import known_zone

MOST: Final = 500
WHO: Final[dict[str, str]] = {
    Role.CLINICIAN: "A clinician",
    Role.ON_CALL: "The clinician on call",
    Role.DIRECTOR: "The medical director",
    Role.SCHEDULER: "Somebody who books appointments",
    Role.ADMINISTRATOR: "Somebody who looks after our system",
}
SAW: Final = {
    "reviews.see_review": ("Your form", "To decide with you what comes next"),
    "reviews.see_answers": ("All answers of your form", "To decide with you what comes next"),
    "reviews.see_medicine": ("Your medicines", "To find out which medicine you mean"),
    "reviews.see_preview": ("What we could write to you", "To decide with you what comes next"),
    "reviews.see_letter": ("A letter about you to your prescriber", "To ask them what you agreed we may ask"),
    "staff.see_worklist": ("You on the list of forms that wait to be read", "To see whose form is next"),
    "staff.see_tasks": ("You on the list of things we have to do", "To see what we owe you"),
    "staff.see_calendar": ("You in the calendar", "To see who comes when, and how"),
    "staff.see_messages": ("You on a list of messages that did not arrive", "To reach you another way"),
    "staff.see_outbox": ("A message to you on a list", "To see that messages leave"),
    "staff.see_mail": ("A message to you", "To see that messages leave"),
    "staff.see_patient": ("Your history with us", "To look after you"),
    "staff.see_audit": ("Who did what about you", "To check that everybody keeps the rules"),
    "staff.see_audit_file": ("Who did what about you, as a file", "To check that everybody keeps the rules"),
    BROKE_GLASS: ("They opened your history from outside your care team", ""),
}
OTHER: Final = ("A page about you", "To look after you")
"""What is said of a page that has no words here yet: never nothing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one person saw on one day. `reason` is in their own words, when they had to give one."""

    on: str
    who: str
    what: str
    why: str
    reason: str = ""


def looks(patient: Patient) -> tuple[list[Look], bool]:
    """Who looked, the newest first, each person once a day for each page; four queries, however many looked.

    Returns:
        The looks, and whether there are older ones that are not among them.
    """
    lines = looks_at(patient, most=MOST)
    roles, zone = _roles_then(lines), known_zone(patient)
    found: dict[tuple[date, str, str, str], Look] = {}
    for line in lines:
        day = local(line.at, zone)
        reason = line.why if line.action == BROKE_GLASS else ""
        what, why = SAW.get(line.action, OTHER)
        look = Look(long_date(day), WHO.get(roles[line.pk], "Somebody of our staff"), what, why, reason)
        found.setdefault((day.date(), line.actor, what, reason), look)
    return list(found.values()), len(lines) == MOST


def _roles_then(lines: Sequence[AuditEvent]) -> dict[int, str]:
    """The role that each of these people had when they looked: the one of now, taken back change by change."""
    people = {line.actor for line in lines}
    now = {f"staff:{pk}": role for pk, role in _roles_now(people)}
    changes = AuditEvent.objects.filter(subject__in=people, action="accounts.change_role").order_by("-id")
    left: dict[str, list[tuple[datetime, str]]] = {}
    for change in changes:
        left.setdefault(change.subject, []).append((change.at, change.detail["from"]))
    return {line.pk: _role_at(line.at, now.get(line.actor, ""), left.get(line.actor, [])) for line in lines}


def _roles_now(people: set[str]) -> list[tuple[int, str]]:
    return list(User.objects.filter(pk__in=[each.split(":")[1] for each in people]).values_list("pk", "role"))


def _role_at(moment: datetime, now: str, changes: list[tuple[datetime, str]]) -> str:
    for at, before in changes:
        if at <= moment:
            break
        now = before
    return now
