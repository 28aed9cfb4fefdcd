"""What this person signed a moment ago and can still take back, so that a slip is noticed on the next page."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from clinic.reviews import presenters, worklist
from clinic.reviews.models import Decision


def just_signed(request: HttpRequest, now: datetime) -> dict[str, object] | None:
    """What this person signed last while it can still be undone; None when there is nothing."""
    last = worklist.just_signed(request.user, now=now)
    if last is None:
        return None
    if isinstance(last, Decision):
        return {"decision": last, "signed": presenters.signed(last, by=request.user, now=now)}
    return {"first": last, "route": last.get_route_display(), "reference": last.record.intake.reference}
