"""The 30-second check: what it asks, what it keeps in the visit for half an hour, and what of it the form may use."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from clinic.patients.session import IDLE_SECONDS
from clinic.vault.fields import CannotOpen, seal, unseal

KEPT_AS: Final = "quick_check"
QUESTIONS: Final = ("help_now", "adult", "state", "about_you")
OUTSIDE: Final = "outside"
NOTHING: Final = "none"
Answers = dict[str, Any]


def answers(request: HttpRequest) -> Answers:
    """What this visit answered in the last half hour; nothing when it is older, or cannot be opened."""
    try:
        kept = unseal(b64decode(request.session.get(KEPT_AS, "")), KEPT_AS)
    except CannotOpen:
        return {}
    return dict(kept["answers"]) if time.time() - kept["at"] <= IDLE_SECONDS else {}


def keep(request: HttpRequest, told: Mapping[str, Any]) -> None:
    """Put answers into the visit, sealed: the table of visits is not a place for health."""
    kept = {"at": int(time.time()), "answers": {**answers(request), **told}}
    request.session[KEPT_AS] = b64encode(seal(kept, KEPT_AS)).decode()


def forget(request: HttpRequest) -> None:
    """Take the answers out of the visit."""
    request.session.pop(KEPT_AS, None)


def first_open(told: Answers) -> int | None:
    """The number of the first question without an answer, from 1, or None when all have one."""
    return next((number for number, name in enumerate(QUESTIONS, 1) if name not in told), None)


def ending(told: Answers) -> str:
    """Where the check ends for these answers: a kind of `CheckTally.Ending`, or "" while it goes on.

    Only age and place end it. What is ticked in the last question never says no, and neither does doubt about a place.
    """
    if told.get("adult") == "no":
        return "too_young"
    if "state" in told and not _may_be_served(str(told["state"])):
        return "not_served"
    if first_open(told) is not None:
        return ""
    return "nothing_ticked" if told["about_you"] == [NOTHING] else "closer_look"


def _may_be_served(state: str) -> bool:
    if state == OUTSIDE:
        return any(not region.startswith("US-") for region in settings.LICENSED_REGIONS)
    return state in settings.LICENSED_REGIONS


def for_the_form(told: Answers) -> dict[str, str]:
    """Answers to questions of the protocol, by their ids: only where the check asked the very same thing.

    "Which state are you in?" is the protocol's question about the region. Being 18 is no date of birth, needing no help
    is not being safe, and a tick that stands for several things answers none of them: the form asks those itself.
    """
    state = told.get("state", OUTSIDE)
    return {} if state == OUTSIDE else {"country": "US", "region": str(state)}
