"""What is done to the people on the staff: invited, let in, given another role, reset, and their access ended."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q

from clinic.accounts import factors, links
from clinic.accounts.models import StaffLink, User
from clinic.accounts.permissions import CLINICAL, NEVER_WITHOUT, Role
from clinic.audit.actors import Actor
from clinic.audit.record import record

LINK_HOURS: Final = 72
TOKEN_BYTES: Final = 24


class AlreadyOnStaff(Exception):
    """Somebody with this e-mail is, or was, on the staff."""


class NotYourOwn(Exception):
    """Nobody changes their own role, ends their own access or resets their own sign-in here."""


class OnlyDirector(Exception):
    """Only the medical director gives a role that decides about patients."""


class LastOne(Exception):
    """Nobody active would be left in this role."""


class AccessEnded(Exception):
    """Their access ended; they have to be invited again first."""


class LinkNotUsable(Exception):
    """A link that is unknown, expired or spent; the page says the same for all."""


@transaction.atomic
def invite(*, email: str, role: Role, by: Actor, now: datetime) -> User:
    """Make room for somebody on the staff; they are active once they have set a password by a link.

    Args:
        email: where the link goes.
        role: what they will be.
        by: a person who manages people, or the system for the very first one.
        now: the moment.
    Raises:
        OnlyDirector, AlreadyOnStaff: see each.
    """
    _may_give(role, by)
    user = User(email=email.strip().lower(), name="", role=role, is_active=False)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AlreadyOnStaff from None
    record(by=by, action="accounts.invite", subject=user.actor.ref, detail={"role": role.value})
    return user


@transaction.atomic
def invite_again(*, user: User, role: Role, by: Actor, now: datetime) -> User:
    """Make room again for somebody whose access ended, or whose link was lost before they joined.

    Args:
        user, role, by, now: as for `invite`.
    Raises:
        OnlyDirector: see there.
        AlreadyOnStaff: they are active.
    """
    _may_give(role, by)
    user = _locked(user)
    if user.is_active:
        raise AlreadyOnStaff
    user.role, user.ended_at, user.ended_by = role, None, ""
    _forget_sign_in(user, by, now)
    user.save()
    record(by=by, action="accounts.invite", subject=user.actor.ref, detail={"role": role.value, "again": True})
    return user


@transaction.atomic
def issue_link(*, user: User, by: Actor, now: datetime) -> str:
    """Make a link for a message to the staff that is about to be sent.

    Args:
        user: whom it lets set a password.
        by: who sends it.
        now: the moment; it works for 72 hours, once.
    Returns:
        The token, which is not kept anywhere.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = StaffLink.objects.create(
        user=user, token_hash=links.hash_of(token), expires_at=now + timedelta(hours=LINK_HOURS), created_at=now
    )
    record(by=by, action="accounts.issue_link", subject=user.actor.ref, detail={"link": str(link.pk)})
    return token


@transaction.atomic
def join(*, token: str, name: str, password: str, by: Actor, now: datetime) -> User:
    """Spend a link: keep name and password, and let the person sign in.

    1. Lock the person, then the link, so that it is spent once. 2. Spend every other link of theirs. 3. Keep name and
    password; every older session ends with the older password.

    Args:
        token: from the address.
        name: as others see it.
        password: checked by the form.
        by: the visitor.
        now: the moment.
    Raises:
        LinkNotUsable: it lets nobody in.
    """
    owner = links.owner(token, now=now)
    if owner is None:
        raise LinkNotUsable
    user = _locked(owner)
    if links.owner(token, now=now) is None:
        raise LinkNotUsable
    user.links.filter(spent_at=None).update(spent_at=now)
    user.name, user.is_active = name.strip(), True
    user.set_password(password)
    user.save()
    record(by=user.actor, action="accounts.join", subject=user.actor.ref)
    return user


@transaction.atomic
def change_role(*, user: User, role: Role, by: Actor, now: datetime) -> User:
    """Make somebody something else; what they may do changes with their next click.

    Args:
        user: whom.
        role: what they are from now on.
        by: a person who manages people.
        now: the moment.
    Raises:
        NotYourOwn, OnlyDirector, LastOne: see each.
    """
    _not_oneself(user, by)
    _may_give(role, by)
    user = _locked(user)
    before = user.role
    if before == role:
        return user
    _keep_one(user)
    user.role = role
    user.save(update_fields=["role"])
    record(by=by, action="accounts.change_role", subject=user.actor.ref, detail={"from": before, "to": role.value})
    return user


@transaction.atomic
def end_access(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Somebody is out now: every session of theirs ends at the next click, and no link or password lets them in.

    Args:
        user: whom.
        reason: why, in the words of who ends it.
        by: a person who manages people.
        now: the moment.
    Raises:
        NotYourOwn, LastOne: see each.
    """
    _not_oneself(user, by)
    user = _locked(user)
    if user.ended_at:
        return user
    _keep_one(user)
    user.is_active, user.ended_at, user.ended_by = False, now, by.ref
    _forget_sign_in(user, by, now)
    user.save()
    record(by=by, action="accounts.end_access", subject=user.actor.ref, why=reason)
    return user


@transaction.atomic
def reset_sign_in(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Forget the password and every factor of somebody who lost theirs; a link by mail lets them begin again.

    The password goes too, so that whoever found the phone, or knows the password, cannot set up a factor of their own.

    Args:
        user: whom.
        reason: why, and how it is known that it is really they who ask.
        by: a person who manages people.
        now: the moment.
    Raises:
        NotYourOwn, AccessEnded: see each.
    """
    _not_oneself(user, by)
    user = _locked(user)
    if user.ended_at:
        raise AccessEnded
    _forget_sign_in(user, by, now)
    user.save()
    record(by=by, action="accounts.reset_sign_in", subject=user.actor.ref, why=reason)
    return user


def note_factors(*, user: User, before: dict[int, str], by: Actor) -> None:
    """Put on the record which second factors came and went, in the transaction in which they did.

    Args:
        user: whose.
        before: their factors by id, as they were.
        by: who changed them.
    """
    after = factors.of(user)
    for pk in sorted(after.keys() - before.keys()):
        record(by=by, action="accounts.factor_added", subject=user.actor.ref, detail={"factor": after[pk]})
    for pk in sorted(before.keys() - after.keys()):
        record(by=by, action="accounts.factor_removed", subject=user.actor.ref, detail={"factor": before[pk]})


def _forget_sign_in(user: User, by: Actor, now: datetime) -> None:
    """A password that changes ends every session; the caller saves the row."""
    before = factors.of(user)
    Authenticator.objects.filter(user=user).delete()
    note_factors(user=user, before=before, by=by)
    user.links.filter(spent_at=None).update(spent_at=now)
    user.set_unusable_password()


def _locked(user: User) -> User:
    """Lock somebody, and with them everybody in a role that must never be empty.

    All are locked in one order. Of two who would empty a role at once, the second waits here, and then sees the rows as
    the first one left them.
    """
    holders = Q(role__in=NEVER_WITHOUT, is_active=True)
    rows = User.objects.filter(holders | Q(pk=user.pk)).order_by("pk").select_for_update()
    return next(row for row in rows if row.pk == user.pk)


def _not_oneself(user: User, by: Actor) -> None:
    if by == user.actor:
        raise NotYourOwn


def _may_give(role: Role, by: Actor) -> None:
    """A person who gives a clinical role is a director; the system may, for the very first one."""
    if by.is_staff and role in CLINICAL:
        giver = User.objects.get(pk=int(by.ref.removeprefix("staff:")))
        if giver.role != Role.DIRECTOR:
            raise OnlyDirector


def _keep_one(user: User) -> None:
    """Refuse to empty a role that must never be; the rows are locked."""
    others = User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk)
    if user.role in NEVER_WITHOUT and user.is_active and not others.exists():
        raise LastOne
