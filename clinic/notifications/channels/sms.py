"""Text messages: by the provider that is set up, otherwise (not in production) as one file a message in TEXT_DIR.

A provider is one function of an `Outgoing`: it gives back its own id of the message, or raises `Refused`, `OptedOut`,
`NotSetUp`, or anything else, which means "try again". Another provider is another line in PROVIDERS.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from typing import Final

from django.conf import settings

from clinic.notifications.channels import files, twilio
from clinic.notifications.channels.outgoing import NotSetUp, Outgoing, Refused

Provider = Callable[[Outgoing], str]


def send(outgoing: Outgoing) -> str:
    """Send a text message.

    Args:
        outgoing: to an international number.
    Returns:
        What the provider calls it; nothing from files.
    Raises:
        NotSetUp: this is production, and no provider is set up, or there is none of that name.
        Refused: the number is not one, or will never take a text.
        Exception: whatever else means "not this time".
    """
    if not outgoing.to.startswith("+"):
        raise Refused("the phone number is not one we can text")
    name = settings.SMS_PROVIDER or ("" if settings.IS_PRODUCTION else "files")
    if name not in PROVIDERS:
        raise NotSetUp("no SMS provider is set up")
    return PROVIDERS[name](outgoing)


def _to_file(outgoing: Outgoing) -> str:
    head = f"To: {outgoing.to}\nSubject: Text message\nDate: {format_datetime(outgoing.at)}\n"
    head += 'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n'
    files.keep(f"{head}\n{outgoing.text}".encode(), folder=settings.TEXT_DIR, name=f"{outgoing.id}.eml")
    return ""


PROVIDERS: Final[dict[str, Provider]] = {"twilio": twilio.send, "files": _to_file}
