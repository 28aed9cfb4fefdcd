"""The secret address at which other programs read a clinician's calendar."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.booking import feeds


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar; an address that is unknown or ended is not told apart from one that never was."""
    owner = feeds.owner_of(token)
    if owner is None:
        raise Http404
    answer = HttpResponse(feeds.feed_file(owner, now=timezone.now()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="appointments.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
