"""Who of the staff looked at a patient's record, as the patient reads it: role, day and why, and no name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

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
    Role.CLINICIAN: _("A clinician"),
    Role.ON_CALL: _("The clinician on call"),
    Role.DIRECTOR: _("The medical director"),
    Role.SCHEDULER: _("Somebody who books appointments"),
    Role.ADMINISTRATOR: _("Somebody who looks after our system"),
}
SAW: Final = {
    "reviews.see_review": (_("Your form"), _("To decide with you what comes next")),
    "reviews.see_answers": (_("All answers of your form"), _("To decide with you what comes next")),
    "reviews.see_history": (_("Your form and what was decided"), _("To decide with you what comes next")),
    "reviews.see_print": (_("Your form, to print it"), _("To decide with you what comes next")),
    "reviews.see_medicine": (_("Your medicines"), _("To find out which medicine you mean")),
    "reviews.see_preview": (_("What we could write to you"), _("To decide with you what comes next")),
    "reviews.see_letter": (_("A letter about you to your prescriber"), _("To ask them what you agreed we may ask")),
    "staff.see_worklist": (_("You on the list of forms that wait to be read"), _("To see whose form is next")),
    "staff.see_tasks": (_("You on the list of things we have to do"), _("To see what we owe you")),
    "staff.see_calendar": (_("You in the calendar"), _("To see who comes when, and how")),
    "staff.see_messages": (_("You on a list of messages that did not arrive"), _("To reach you another way")),
    "staff.see_outbox": (_("A message to you on a list"), _("To see that messages leave")),
    "staff.see_mail": (_("A message to you"), _("To see that messages leave")),
    "staff.see_patient": (_("Your history with us"), _("To look after you")),
    "staff.see_audit": (_("Who did what about you"), _("To check that everybody keeps the rules")),
    "staff.see_audit_file": (_("Who did what about you, as a file"), _("To check that everybody keeps the rules")),
    BROKE_GLASS: (_("They opened your history from outside your care team"), ""),
}
OTHER: Final = (_("A page about you"), _("To look after you"))
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
        look = Look(long_date(day), WHO.get(roles[line.pk], _("Somebody of our staff")), what, why, reason)
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
