"""What a monitor asks over HTTP: is anything late? A yes or a no, and nothing about anybody."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from clinic.followups import watch


def kept(request: HttpRequest) -> JsonResponse:
    """200 when nothing is late; 503 when something is, or when the database does not answer."""
    try:
        is_late = bool(watch.late(timezone.now()))
    except DatabaseError:
        return JsonResponse({"promises": "unknown"}, status=503)
    return JsonResponse({"promises": "late" if is_late else "kept"}, status=503 if is_late else 200)
