"""What is said below a question that makes no sense alone; a hint of the protocol's own comes first."""

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


def hint_of(question: Question) -> str | Promise:
    """The hint of a question, or nothing."""
    return question.hint or HINTS.get(question.id, "")
