"""Signatures of what providers send us, and of what we send: who wrote it, and for our own shape also when."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=5)
"""How old, or how far ahead, a signed body of our own shape may be."""


def of_form(*, token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """The X-Twilio-Signature of a form: the address, then each field and value in the order of their names.

    Args:
        token: the secret of the account.
        url: the whole address that was posted to, as the sender knows it.
        fields: what was posted.
    """
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def of_body(*, secret: str, body: bytes, at: datetime) -> str:
    """A header `t=<seconds>,v1=<hex>`: HMAC-SHA256 over the seconds, a full stop and the body.

    Args:
        secret: what both sides know.
        body: exactly as it is sent.
        at: when.
    """
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_hex(secret, seconds, body)}"


def is_of_form(given: str, *, token: str, url: str, fields: Iterable[tuple[str, str]]) -> bool:
    """True when a form was signed with this token; never without one."""
    expected = of_form(token=token, url=url, fields=fields)
    return bool(token) and hmac.compare_digest(expected.encode(), given.encode())


def is_of_body(given: str, *, secret: str, body: bytes, now: datetime) -> bool:
    """True when a body was signed with this secret within the last minutes; never without a secret."""
    parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
    seconds = parts.get("t", "")
    if not (secret and seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    expected = _hex(secret, seconds, body)
    is_right = hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())
    return is_right and abs(now.timestamp() - int(seconds)) <= WINDOW.total_seconds()


def _hex(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
