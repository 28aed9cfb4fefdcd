"""People on the staff as rows of a page, and the role table in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, PERMISSION_WORDS, ROLE_WORDS, Role
from clinic.web.templatetags.calm import clock


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody on the staff. `state` is `active`, `invited` or `ended`."""

    id: int
    name: str
    email: str
    role: str
    state: str
    state_words: str
    factors: str
    seen: str


def lines(people: Sequence[User]) -> list[PersonLine]:
    """People as rows; one query for the factors of all."""
    known = factors.in_words([each.pk for each in people])
    return [_line(each, known[each.pk]) for each in people]


def line(user: User) -> PersonLine:
    """One person."""
    return lines([user])[0]


def matrix() -> tuple[list[str], list[tuple[str, list[bool]]]]:
    """The role table: the roles, then each permission in words with who has it. It is drawn from the table itself."""
    roles = list(ROLE_WORDS)
    rows = [(words, [permission in ALLOWED[role] for role in roles]) for permission, words in PERMISSION_WORDS.items()]
    return [ROLE_WORDS[role] for role in roles], rows


def _line(user: User, known: str) -> PersonLine:
    state, words = _state(user)
    return PersonLine(
        id=user.pk,
        name=str(user),
        email=user.email,
        role=ROLE_WORDS[Role(user.role)],
        state=state,
        state_words=words,
        factors=known,
        seen=_moment(user.last_seen_at or user.last_login) or "Never",
    )


def _state(user: User) -> tuple[str, str]:
    if user.ended_at:
        return "ended", f"Access ended {_moment(user.ended_at)}"
    if not user.is_active:
        return "invited", "Invited, has not joined yet"
    if not user.has_usable_password():
        return "active", "Sign-in reset, has not come back yet"
    return "active", "Active"


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    return (
        f"today, {clock(moment)}" if local.date() == today else f"{local:%B} {local.day}, {local:%Y}, {clock(moment)}"
    )
