"""The one place that asks, before a decision goes over a Stop: is this really the person who signed in?

Today it is their password. Once everybody has a second factor, this is where its code is asked for instead; nothing
else has to change.
"""

from __future__ import annotations

from typing import Final

from allauth.core import ratelimit
from django.http import HttpRequest

LABEL: Final = "Your password, again"
MISSING: Final = "Type your password again"
WRONG: Final = "That is not your password"
TOO_MANY: Final = "That was wrong too often. Wait a minute, then try again"


def problem_with(request: HttpRequest) -> str:
    """What is wrong with the `code` that was typed; nothing when this is the person who signed in."""
    typed = request.POST.get("code", "")
    if not typed:
        return MISSING
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return TOO_MANY
    return "" if request.user.check_password(typed) else WRONG
