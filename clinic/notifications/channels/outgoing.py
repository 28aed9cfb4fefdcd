"""What a channel is given, and the two answers it can give besides "accepted" and "try again"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class NotSetUp(Exception):
    """Nobody has said how this channel is to be reached; trying again does not help."""


class Refused(Exception):
    """The address will never take a message; trying again does not help. Its text never holds the address."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way. The same `id` is the same message, however often it is handed over."""

    id: UUID
    to: str
    subject: str
    text: str
    at: datetime
