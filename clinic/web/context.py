"""What every template may say: the clinic, the crisis lines, and whether a clinician has approved the protocol."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from clinic.web import crisis
from clinic.web.places import LOCATIONS, STATES_SERVED


def clinic(request: HttpRequest) -> dict[str, Any]:
    """The names and numbers that pages show; the crisis line is the one of the country the patient lives in."""
    country = getattr(request, "patient_country", "")
    return {
        "clinic": {
            "name": settings.CLINIC_NAME,
            "neutral_name": settings.CLINIC_NEUTRAL_NAME,
            "phone_display": settings.CLINIC_PHONE_DISPLAY,
            "phone_uri": settings.CLINIC_PHONE_URI,
            "hours": _(settings.CLINIC_HOURS),
            "form_minutes": settings.FORM_MINUTES,
            "locations": LOCATIONS,
            "states_served": STATES_SERVED,
        },
        "crisis": crisis.line_of(country),
        "crisis_elsewhere": crisis.FINDER if crisis.is_elsewhere(country) else "",
        "crisis_lines": crisis.CRISIS_LINES,
        "crisis_overdue": crisis.is_overdue(),
        "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
        "reads_from": "rtl" if get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES if len(settings.LANGUAGES) > 1 else (),
        "leave_url": reverse("intake:leave") if settings.LEAVE_QUICKLY else "",
        "leave_name": _(settings.LEAVE_NAME),
        "worker_url": reverse("pages:service_worker") if settings.OFFLINE_HELP else "",
        "not_approved": settings.PROTOCOL_NOT_APPROVED,
    }
