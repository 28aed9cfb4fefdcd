"""What monitors ask over HTTP: does this process serve, is anything late? A yes or a no, and nothing about anybody."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from clinic.followups import watch


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, with whether an urgent page is late; 503 with Retry-After when it does not.

    What is late does not make it a 503: whoever spreads visitors over processes would take a good one away for it.
    """
    try:
        is_late = bool(watch.late(timezone.now(), watch.URGENT))
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"database": "up", "urgent": "late" if is_late else "told"})


def kept(request: HttpRequest) -> JsonResponse:
    """200 when nothing is late; 503 when something is, or when the database does not answer."""
    try:
        is_late = bool(watch.late(timezone.now()))
    except DatabaseError:
        return JsonResponse({"promises": "unknown"}, status=503)
    return JsonResponse({"promises": "late" if is_late else "kept"}, status=503 if is_late else 200)
