"""Text messages by the HTTP API of Twilio, which other providers speak too: what is posted, and what an answer means.

That API has no idempotency key. What stands in for one: our id goes out in the address for delivery reports, so that a
report says a message was taken even when the answer to our own post was lost, and it is then not posted again. A yes
without the provider's id of the message is none: it is what a proxy or a sign-in page of the network says.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse

from clinic.notifications.channels.outgoing import NotSetUp, OptedOut, Outgoing, Refused, TryLater
from clinic.notifications.channels.posting import Answer, post

NEVER: Final = {
    21211: "the phone number is not one",
    21214: "the phone number cannot be reached",
    21217: "the phone number is not one",
    21408: "texts to this country are not switched on",
    21612: "this number cannot be reached from ours",
    21614: "the phone number takes no texts",
    21617: "the text is too long",
}
"""Codes after which trying again does not help. Source: the provider's list of API errors."""
STOPPED: Final = 21610
OUR_FAULT: Final = (401, 403, 404)
"""A wrong token or address of ours: it is put right by us, so messages wait for that and are tried again."""


def send(outgoing: Outgoing) -> str:
    """Post one text message.

    Args:
        outgoing: to an international number.
    Returns:
        The id the provider gave it.
    Raises:
        NotSetUp: an account, token or sender is missing.
        OptedOut, Refused: never to this number.
        TryLater, OSError, http.client.HTTPException: not this time.
    """
    if not (settings.SMS_ACCOUNT and settings.SMS_TOKEN and settings.SMS_FROM):
        raise NotSetUp("no SMS provider is set up")
    url = f"{settings.SMS_URL.rstrip('/')}/2010-04-01/Accounts/{quote(settings.SMS_ACCOUNT, safe='')}/Messages.json"
    signed_in = base64.b64encode(f"{settings.SMS_ACCOUNT}:{settings.SMS_TOKEN}".encode()).decode()
    headers = {
        "Authorization": f"Basic {signed_in}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Idempotency-Key": str(outgoing.id),
    }
    return _meaning(post(url, urlencode(_fields(outgoing)).encode(), headers))


def _fields(outgoing: Outgoing) -> dict[str, str]:
    sender = "MessagingServiceSid" if settings.SMS_FROM.startswith("MG") else "From"
    fields = {"To": outgoing.to, sender: settings.SMS_FROM, "Body": outgoing.text.strip()}
    if settings.SITE_URL.startswith("https://"):
        fields["StatusCallback"] = settings.SITE_URL.rstrip("/") + reverse("hooks:sms_status", args=[outgoing.id])
    return fields


def _meaning(answer: Answer) -> str:
    told = _told(answer)
    if answer.is_yes and isinstance(sid := told.get("sid"), str) and sid:
        return sid[:64]
    code = told.get("code")
    if code == STOPPED:
        raise OptedOut("they told the provider to stop")
    if code in NEVER:
        raise Refused(f"{NEVER[code]} ({code})")
    if answer.status >= 500 or answer.status == 429 or answer.status in OUR_FAULT:
        raise TryLater(f"the SMS provider answered {answer.status}")
    if 400 <= answer.status < 500:
        raise Refused(f"the SMS provider refused it ({code if isinstance(code, int) else answer.status})")
    raise TryLater(f"the SMS provider answered {answer.status}")


def _told(answer: Answer) -> dict[str, Any]:
    """The fields of an answer; nothing when it is not what this API says."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
