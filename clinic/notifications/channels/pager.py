"""The pager: a signed POST to PAGER_URL for whoever is on call; an e-mail to a person, and where no URL is set.

What is posted is a count, a link and a neutral line, so that a paging service learns nothing about anybody. A page that
names a person goes to that person's own address: the lead is told another way than the page that nobody answered.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.utils import timezone

from clinic.notifications import signatures
from clinic.notifications.channels import email
from clinic.notifications.channels.outgoing import Outgoing, TryLater
from clinic.notifications.channels.posting import post


def send(outgoing: Outgoing) -> str:
    """Page somebody.

    Args:
        outgoing: to PAGER_URL, or to an e-mail address.
    Returns:
        Nothing: the pager gives no id of its own.
    Raises:
        NotSetUp, Refused: trying again does not help.
        TryLater, OSError, http.client.HTTPException, smtplib.SMTPException: it was not taken this time.
    """
    if not settings.PAGER_URL or outgoing.to != settings.PAGER_URL:
        return email.send(outgoing)
    body = written(outgoing)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(outgoing.id),
        "X-Signature": signatures.of_body(secret=settings.PAGER_SECRET, body=body, at=timezone.now()),
    }
    answer = post(settings.PAGER_URL, body, headers)
    if not answer.is_yes:
        raise TryLater(f"the pager answered {answer.status}")
    return ""


def written(outgoing: Outgoing) -> bytes:
    """What is posted: the same id is the same page."""
    said = {"id": str(outgoing.id), "event": "page", "said": outgoing.subject, "count": outgoing.count}
    return json.dumps({**said, "link": outgoing.link}, separators=(",", ":")).encode()
