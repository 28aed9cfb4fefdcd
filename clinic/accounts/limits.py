"""When the door opens again after too many tries; the tries are counted in PostgreSQL, for all processes together."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

APP: Final = "allauth.account"
ACTION: Final = "login_failed"


def closed_until(request: HttpRequest, key: str) -> float:
    """The moment, in seconds since the epoch, at which somebody may try again; 0 when they may now."""
    until = 0.0
    for rate in get_rates(app=APP, action=ACTION):
        tries = cache.get(get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key), [])
        if len(tries) >= rate.amount:
            until = max(until, tries[-1] + rate.duration)
    return until


def sentence(request: HttpRequest, key: str) -> str:
    """What somebody reads who has tried too often: when it opens, and whom to call."""
    until = max(closed_until(request, key), time.time() + 1)
    minutes = math.ceil((until - time.time()) / 60)
    opens = datetime.fromtimestamp(math.ceil(until / 60) * 60, ZoneInfo(settings.CLINIC_TIME_ZONE))
    at = f"{opens:%I:%M} {'am' if opens.hour < 12 else 'pm'}".removeprefix("0")
    wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return (
        f"Too many tries. You can try again in {wait}, at {at}. If it is urgent, call {settings.CLINIC_PHONE_DISPLAY}."
    )
