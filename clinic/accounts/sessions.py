"""How long a staff session lasts: 15 minutes without anybody there, 12 hours at most; and what was proved in it."""

from __future__ import annotations

import time
from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.utils import timezone

from clinic.accounts.models import User

SINCE: Final = "staff_since"
SEEN: Final = "staff_seen"
IDLE_SECONDS: Final = 15 * 60
LONGEST_SECONDS: Final = 12 * 60 * 60
NOTED_EVERY: Final = 60
"""Seconds after which it is written down again that somebody is there; not on every page, to save two writes each."""
CODE_LASTS: Final = 5 * 60
"""Seconds for which a code or passkey lets somebody do sensitive things without another."""


def begin(request: HttpRequest) -> None:
    """Start both clocks; somebody has just signed in."""
    request.session[SINCE] = request.session[SEEN] = int(time.time())


def over_because(request: HttpRequest) -> str:
    """Why this session is over: `idle`, `long`, or nothing. One whose clocks never started is over, too."""
    now = time.time()
    if now - request.session.get(SEEN, 0) > IDLE_SECONDS:
        return "idle"
    return "long" if now - request.session.get(SINCE, 0) > LONGEST_SECONDS else ""


def note_somebody(request: HttpRequest) -> None:
    """Write down that somebody is there. A page that asks for news by itself is nobody."""
    asked_by_itself = request.headers.get("HX-Request") == "true" and request.method == "GET"
    if asked_by_itself or time.time() - request.session[SEEN] <= NOTED_EVERY:
        return
    request.session[SEEN] = int(time.time())
    User.objects.filter(pk=request.user.pk).update(last_seen_at=timezone.now())


def is_proven(request: HttpRequest) -> bool:
    """True when a second factor of this very person was used in this session."""
    return bool(_proofs(request))


def is_proven_lately(request: HttpRequest) -> bool:
    """True when that was within the last five minutes."""
    return any(time.time() - at <= CODE_LASTS for at in _proofs(request))


def prove(request: HttpRequest) -> None:
    """Keep that a second factor was used by being set up: its code or passkey was asked for there."""
    record_authentication(request, request.user, "mfa")


def _proofs(request: HttpRequest) -> list[float]:
    records = get_authentication_records(request, request.user)
    return [each["at"] for each in records if each.get("method") == "mfa"]
