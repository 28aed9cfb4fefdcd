"""What providers say in their own words, as what became of a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from clinic.notifications.models import Message

Arrival = Message.Arrival
SMS_SAID: Final = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Arrival.UNKNOWN),
    **dict.fromkeys(("delivered", "read"), Arrival.DELIVERED),
    **dict.fromkeys(("undelivered", "failed"), Arrival.UNDELIVERED),
}
NEVER_BY_SMS: Final = frozenset({"21211", "21612", "21614", "30005", "30006"})
"""The number does not exist, is a landline, or cannot be reached at all. Source: the provider's list of errors."""
STOPPED_BY_SMS: Final = "21610"
MAIL_SAID: Final = {
    "accepted": Arrival.UNKNOWN,
    "delivered": Arrival.DELIVERED,
    "delayed": Arrival.UNDELIVERED,
    "bounced": Arrival.BOUNCED,
    "complained": Arrival.COMPLAINED,
}
MOST_EVENTS: Final = 500
LONGEST_ID: Final = 100


class NotReadable(Exception):
    """It is signed, and not in the shape that docs/webhooks.md describes."""


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a provider, as `arrival_actions.report` takes it."""

    message_id: UUID
    key: str
    said: str
    code: str = ""
    provider_id: str = ""
    is_stop_word: bool = False


def of_sms(message_id: UUID, fields: Mapping[str, str]) -> Told | None:
    """A delivery report about a text; None for a status that says nothing we know.

    Args:
        message_id: from the address we gave to the provider.
        fields: what it posted.
    """
    status, code = fields.get("MessageStatus", ""), fields.get("ErrorCode", "")
    provider_id = fields.get("MessageSid", "")[:LONGEST_ID]
    if status not in SMS_SAID or not provider_id:
        return None
    said = SMS_SAID[status]
    if said == Arrival.UNDELIVERED and code in NEVER_BY_SMS:
        said = Arrival.BOUNCED
    return Told(message_id, f"sms:{provider_id}:{status}", said, code, provider_id, code == STOPPED_BY_SMS)


def of_mail(body: bytes) -> list[Told]:
    """The reports about e-mails in one body; what is said about messages that are not ours is left out.

    Raises:
        NotReadable: it is not `{"events": [{"id", "message", "event", ...}]}`.
    """
    try:
        events = json.loads(body)["events"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotReadable from None
    if not isinstance(events, list) or len(events) > MOST_EVENTS or not all(isinstance(one, dict) for one in events):
        raise NotReadable
    return [told for event in events if (told := _of_mail(event)) is not None]


def _of_mail(event: dict[str, Any]) -> Told | None:
    key, kind = str(event.get("id", "")), str(event.get("event", ""))
    if not 0 < len(key) <= LONGEST_ID or kind not in MAIL_SAID or "\x00" in key:
        return None
    try:
        message_id = UUID(str(event.get("message", "")).strip("<>").partition("@")[0])
    except ValueError:
        return None
    said = MAIL_SAID[kind]
    if said == Arrival.BOUNCED and event.get("permanent") is False:
        said = Arrival.UNDELIVERED
    code = "".join(c for c in str(event.get("code", "")) if c.isascii() and (c.isalnum() or c in ".-"))
    return Told(message_id, f"email:{key}", said, code[:20])
