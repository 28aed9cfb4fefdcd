"""What is said below a question that makes no sense alone, and above one that was left empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.questions import Question

HINTS: Final[Mapping[str, Promise]] = {
    "bp_sys": _("Your blood pressure: the 120 in “120 over 80”"),
    "bp_dia": _("Your blood pressure: the 80 in “120 over 80”"),
    "bp_date": _("The day you measured your blood pressure"),
}
"""By question. Source of the example: ux.md, P10. None of these changes what is asked."""
EMPTY: Final[Mapping[str, Promise]] = {
    "location_now": _("Enter the town or city you are in today"),
    "legal_name": _("Enter your full legal name"),
    "email": _("Enter your email address"),
    "phone": _("Enter the best phone number to reach you today"),
    "emergency_name": _("Enter the name of the person we should call in an emergency"),
    "emergency_phone": _("Enter the phone number of the person we should call in an emergency"),
}
"""What an error asks for, by question; every other question is quoted."""


def hint_of(question: Question) -> str | Promise:
    """The hint of a question, or nothing; one of the protocol's own comes first."""
    return question.hint or HINTS.get(question.id, "")
