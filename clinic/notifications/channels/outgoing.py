"""What a channel is given, and the answers it can give besides "accepted"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class NotSetUp(Exception):
    """Nobody has said how this channel is to be reached; trying again does not help."""


class Refused(Exception):
    """The address will never take a message; trying again does not help. Its text never holds the address."""


class OptedOut(Refused):
    """The provider says that this person has told it to stop; the channel is closed for them."""


class TryLater(Exception):
    """Not now: too much, broken over there, or not let in. Its text is kept on the row, and never holds an address."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way. The same `id` is the same message, however often it is handed over.

    `html` is the same words for a mail program; `link` and `count` are all that a pager gets.
    """

    id: UUID
    to: str
    subject: str
    text: str
    at: datetime
    html: str = ""
    link: str = ""
    count: int = 1
