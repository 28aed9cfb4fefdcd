"""Which ready sentences somebody is offered, and how one is put into what they write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.accounts.models import User
from clinic.reviews.models import Snippet

CLOSING: Final = "\n\nWith thanks,"
"""How the letter to a prescriber ends; a sentence goes above it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The ready sentences for one place, everybody's first."""

    place: Snippet.Place
    snippets: tuple[Snippet, ...]


def of(user: User) -> QuerySet[Snippet]:
    """Those that this person can put in: everybody's and their own, the oldest first."""
    mine = Snippet.objects.filter(Q(owner__isnull=True) | Q(owner=user), ended_at__isnull=True)
    return mine.order_by("written_at", "pk")


def offered(user: User, places: Iterable[Snippet.Place]) -> list[Offered]:
    """The ready sentences for some places; one query."""
    found = sorted(of(user), key=lambda each: each.owner_id is not None)
    return [Offered(place, tuple(each for each in found if each.place == place)) for place in places]


def chosen(user: User, snippet_id: str) -> Snippet | None:
    """The ready sentence that somebody chose, if they are offered it."""
    try:
        key = UUID(snippet_id)
    except ValueError:
        return None
    return of(user).filter(pk=key).first()


def after(text: str, snippet: Snippet) -> str:
    """What was written, and the ready sentence behind it."""
    return f"{text.rstrip()} {snippet.text}".strip()


def in_letter(text: str, snippet: Snippet) -> str:
    """A letter with the ready sentence as its last paragraph, above how it ends."""
    text = "\n".join(text.splitlines())
    above, closing, below = text.rpartition(CLOSING)
    return f"{above}\n\n{snippet.text}{closing}{below}" if closing else f"{text.rstrip()}\n\n{snippet.text}"


def earlier(snippets: Iterable[Snippet]) -> dict[UUID, list[Snippet]]:
    """The versions before each, the newest first; one query."""
    chains = {each.chain: each.version for each in snippets}
    found: dict[UUID, list[Snippet]] = {chain: [] for chain in chains}
    for each in Snippet.objects.filter(chain__in=chains).select_related("written_by").order_by("-version"):
        if each.version < chains[each.chain]:
            found[each.chain].append(each)
    return found
