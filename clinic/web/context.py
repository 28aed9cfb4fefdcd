"""What every template may say: the clinic, the crisis lines, and whether a clinician has approved the protocol."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clinic.web.places import CRISIS_LINES, LOCATIONS, STATES_SERVED


def clinic(request: HttpRequest) -> dict[str, Any]:
    """The names and numbers that pages show."""
    return {
        "clinic": {
            "name": settings.CLINIC_NAME,
            "neutral_name": settings.CLINIC_NEUTRAL_NAME,
            "phone_display": settings.CLINIC_PHONE_DISPLAY,
            "phone_uri": settings.CLINIC_PHONE_URI,
            "hours": settings.CLINIC_HOURS,
            "locations": LOCATIONS,
            "states_served": STATES_SERVED,
        },
        "crisis": CRISIS_LINES["US"],
        "crisis_lines": CRISIS_LINES,
        "leave_url": reverse("intake:leave"),
        "not_approved": settings.PROTOCOL_NOT_APPROVED,
    }
