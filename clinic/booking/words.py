"""The codes of booking and the words people read for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

NEEDS: Final = {
    "step_free": _("I need step-free access"),
    "captions": _("I need captions"),
    "spanish": _("I would like to speak Spanish"),
    "interpreter": _("I need an interpreter for another language"),
    "someone": _("Someone will be with me"),
}
CANCEL_REASONS: Final = {
    "time": _("The time no longer works"),
    "later": _("I want to wait for now"),
    "elsewhere": _("I have found care somewhere else"),
    "something_else": _("Something else"),
    "prefer_not": _("I would rather not say"),
}
WEEKDAYS: Final = {
    0: "Monday",
    1: "Tuesday",
    2: "Wednesday",
    3: "Thursday",
    4: "Friday",
    5: "Saturday",
    6: "Sunday",
}
DAYS: Final = {
    0: _("Monday"),
    1: _("Tuesday"),
    2: _("Wednesday"),
    3: _("Thursday"),
    4: _("Friday"),
    5: _("Saturday"),
    6: _("Sunday"),
}
"""The same days as a patient reads them; the staff write and read theirs in English."""
LANGUAGES: Final = {
    "en": "English",
    "es": "Spanish",
    "zh": "Chinese",
    "tl": "Tagalog",
    "vi": "Vietnamese",
    "ko": "Korean",
    "hy": "Armenian",
    "fa": "Persian",
    "ru": "Russian",
    "ar": "Arabic",
    "fr": "French",
    "de": "German",
}
"""Languages a clinician may speak; everybody speaks English."""
STAFF_REASONS: Final = {
    "asked": "The patient asked for it",
    "clinician_away": "The clinician cannot be there",
    "clinic_closed": "The clinic is closed then",
    "mistake": "It was booked by mistake",
}
"""Why the staff moved or cancelled an appointment."""
NOTICE: Final = {3: _("Within 3 hours"), 24: _("A day later"), 72: _("Three days later")}
"""How long before a time somebody on the waiting list has to know, in hours."""
_FOR_STAFF: Final = {
    "step_free": "Step-free access",
    "captions": "Captions",
    "spanish": "Spanish",
    "interpreter": "Interpreter",
    "someone": "Someone with them",
}


def needs_in_words(codes: Iterable[str]) -> tuple[str, ...]:
    """What a patient needs, as the staff read it; a code that is not known is shown as it is."""
    return tuple(_FOR_STAFF.get(code, code) for code in codes)
