"""What is done with ready sentences: written, changed, taken away; everybody's only by the medical director."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.reviews.models import Snippet
from clinic.reviews.signing import clinician_of

MOST: Final = 30
"""More of one owner than this are not looked through while somebody waits."""


class NotYours(Exception):
    """It belongs to somebody else, or to everybody and only the medical director changes that."""


class NotInUse(Exception):
    """It was changed or taken away by somebody first."""


class TooMany(Exception):
    """Somebody has as many as anybody can tell apart."""


@transaction.atomic
def write(*, place: str, text: str, is_shared: bool, by: Actor, now: datetime) -> Snippet:
    """Write a ready sentence.

    Args:
        place: one of `Snippet.Place`: where it can be put in.
        text: its words.
        is_shared: everybody's; else one's own.
        by: a clinician.
        now: the moment.
    Raises:
        signing.MayNotDecide: not a clinician.
        NotYours, TooMany: see each.
    """
    writer = _allowed(by, is_shared=is_shared)
    User.objects.select_for_update().get(pk=writer.pk)
    owner = None if is_shared else writer
    if Snippet.objects.filter(owner=owner, ended_at__isnull=True).count() >= MOST:
        raise TooMany
    snippet = Snippet.objects.create(
        owner=owner, place=Snippet.Place(place), text=text.strip(), written_at=now, written_by=writer
    )
    _audit("reviews.write_snippet", snippet, by=by)
    return snippet


@transaction.atomic
def change(*, snippet: Snippet, text: str, by: Actor, now: datetime) -> Snippet:
    """Give a ready sentence other words: the next version of it. The one before is kept and not offered any more.

    Args:
        snippet: the version that was read.
        text: the new words.
        by: its owner, or the medical director when it is everybody's.
        now: the moment.
    Returns:
        The new version; the same one when its words are the same.
    Raises:
        signing.MayNotDecide, NotYours, NotInUse: see each.
    """
    writer = _owner(snippet, by)
    snippet = _in_use(snippet)
    if snippet.text == text.strip():
        return snippet
    _end(snippet, writer, now)
    following = Snippet.objects.create(
        chain=snippet.chain,
        version=snippet.version + 1,
        owner=snippet.owner,
        place=snippet.place,
        text=text.strip(),
        written_at=now,
        written_by=writer,
    )
    _audit("reviews.change_snippet", following, by=by)
    return following


@transaction.atomic
def take_away(*, snippet: Snippet, by: Actor, now: datetime) -> None:
    """Offer a ready sentence no more; its versions are kept.

    Args:
        snippet: the version that was read.
        by: its owner, or the medical director when it is everybody's.
        now: the moment.
    Raises:
        signing.MayNotDecide, NotYours, NotInUse: see each.
    """
    writer = _owner(snippet, by)
    snippet = _in_use(snippet)
    _end(snippet, writer, now)
    _audit("reviews.end_snippet", snippet, by=by)


def _allowed(by: Actor, *, is_shared: bool) -> User:
    writer = clinician_of(by)
    if is_shared and not writer.may(Permission.SHARE_SNIPPETS):
        raise NotYours
    return writer


def _owner(snippet: Snippet, by: Actor) -> User:
    writer = _allowed(by, is_shared=snippet.owner_id is None)
    if snippet.owner_id not in (None, writer.pk):
        raise NotYours
    return writer


def _in_use(snippet: Snippet) -> Snippet:
    found = Snippet.objects.select_for_update().filter(pk=snippet.pk, ended_at__isnull=True).first()
    if found is None:
        raise NotInUse
    return found


def _end(snippet: Snippet, writer: User, now: datetime) -> None:
    snippet.ended_at, snippet.ended_by = now, writer
    snippet.save(update_fields=["ended_at", "ended_by"])


def _audit(action: str, snippet: Snippet, *, by: Actor) -> None:
    told = {"version": snippet.version, "place": str(snippet.place), "is_shared": snippet.owner_id is None}
    audit.record(by=by, action=action, subject=f"snippet:{snippet.chain}", detail=told)
