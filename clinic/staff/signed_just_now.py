"""What this person signed a moment ago and can still take back, so that a slip is noticed on the next page."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from clinic.reviews import presenters, worklist


def just_signed(request: HttpRequest, now: datetime) -> dict[str, object] | None:
    """The last decision of this person while it can still be undone; None when there is none."""
    decision = worklist.just_signed(request.user, now=now)
    if decision is None:
        return None
    return {"decision": decision, "signed": presenters.signed(decision, by=request.user, now=now)}
