"""What is done on staff pages that belongs to no single stage: looks, the check of the record, mails about access."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from clinic.accounts import actions as accounts
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import checking, sealing
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.notifications import actions as notifications
from clinic.patients.lookers import BROKE_GLASS
from clinic.patients.models import Patient


@transaction.atomic
def look_over(*, page: str, shown: list[str], by: Actor, asked: Sequence[str] = ()) -> None:
    """Put on the record that somebody looked over a list, and whom it showed.

    Args:
        page: which list.
        shown: the references or ids of what was on it, never names.
        by: who looked.
        asked: what they filtered by, as `name=value`.
    """
    detail = {"shown": shown, **({"asked": list(asked)} if asked else {})}
    record(by=by, action=f"staff.see_{page}", subject=f"page:{page}", detail=detail)


@transaction.atomic
def invite(*, email: str, role: Role, by: Actor, now: datetime) -> User:
    """Make room for somebody on the staff, and mail them the link to join.

    Args:
        email, role, by, now: as for `accounts.actions.invite`, with what it raises.
    """
    user = accounts.invite(email=email, role=role, by=by, now=now)
    _mail_link(user, "staff-invited", by, now)
    return user


@transaction.atomic
def invite_again(*, user: User, role: Role, by: Actor, now: datetime) -> User:
    """Make room again for somebody who never joined or whose access ended, and mail them a new link.

    Args:
        user, role, by, now: as for `accounts.actions.invite_again`, with what it raises.
    """
    user = accounts.invite_again(user=user, role=role, by=by, now=now)
    _mail_link(user, "staff-invited", by, now)
    return user


@transaction.atomic
def reset_sign_in(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Forget how somebody signs in, and tell them by mail, with a link to begin again.

    Args:
        user, reason, by, now: as for `accounts.actions.reset_sign_in`, with what it raises.
    """
    user = accounts.reset_sign_in(user=user, reason=reason, by=by, now=now)
    _mail_link(user, "staff-sign-in-reset", by, now)
    return user


def _mail_link(user: User, template: str, by: Actor, now: datetime) -> None:
    """The link itself is made when the mail is sent, so that no row holds it."""
    key = f"{template}:{user.pk}:{now.timestamp():.6f}"
    notifications.queue(key=key, template=template, staff=user, by=by, now=now)


def check_record(*, by: Actor) -> checking.Verdict:
    """Seal what waits, look through the whole record, and put on it what was found.

    Args:
        by: who asked for it.
    """
    sealing.seal_all()
    return checking.check(by=by)


@transaction.atomic
def see_patient(*, patient: Patient, by: Actor) -> None:
    """Put on the record that somebody saw the history of a patient.

    Args:
        patient: whose.
        by: who looked.
    """
    record(by=by, action="staff.see_patient", subject=f"patient:{patient.pk}", patient=patient.pk)


@transaction.atomic
def see_booking(*, patient: Patient, by: Actor) -> None:
    """Put on the record that somebody saw who a patient is, how to reach them, and what is booked for them.

    Args:
        patient: whose.
        by: who looked.
    """
    record(by=by, action="staff.see_booking", subject=f"patient:{patient.pk}", patient=patient.pk)


@transaction.atomic
def break_glass(*, patient: Patient, reason: str, by: Actor, now: datetime) -> None:
    """Let somebody from outside the care team see a patient's history for an hour, and tell the directors.

    Args:
        patient: whose.
        reason: why, in their words; the patient reads it.
        by: who opens it.
        now: the moment.
    """
    record(by=by, action=BROKE_GLASS, subject=f"patient:{patient.pk}", patient=patient.pk, why=reason)
    for director in User.objects.filter(role=Role.DIRECTOR, is_active=True):
        key = f"glass-broken:{patient.pk}:{by.ref}:{director.pk}:{now.timestamp():.6f}"
        notifications.queue(key=key, template="glass-broken", staff=director, by=by, now=now)
