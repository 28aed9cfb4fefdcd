"""The form of what changed since the form was sent: the questions of the protocol, none filled in, none needed."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.intake.forms import PageForm
from clinic.intake.models import Intake
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page

READING: Final = ("bp_sys", "bp_dia", "bp_date")
ASKED: Final = ("safe_now", "bp_recent", *READING, "pregnancy")
"""Source: followups.csv, F40: any new medicine, blood pressure, pregnancy or safety answer."""


class ChangesForm(PageForm):
    """What changed; an empty answer means that nothing did."""

    def __init__(self, intake: Intake, facts: Facts, data: Any = None) -> None:
        page = Page(id="changes", part=facts.protocol.parts[0].id, title="", kind="form", questions=ASKED)
        given = {name: answer for name, answer in intake.answers.items() if name not in ASKED}
        blank = Facts(facts.protocol, given, facts.on, facts.clinic, facts.medications)
        super().__init__(page, Journey(blank), data)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        """A reading is all of its numbers; something must have changed at all."""
        cleaned = self.cleaned_data
        if cleaned.get("bp_recent") == "yes":
            for name in READING:
                if name in self.fields and not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(self.fields[name].error_messages["required"], "required"))
        if not self.errors and not any(value not in (None, "", []) for value in cleaned.values()):
            self.add_error(
                "safe_now", ValidationError(_("Answer what has changed, or go back to your page"), "nothing")
            )
        return cleaned

    def told(self) -> dict[str, Any]:
        """Only what was answered; nothing is taken back by leaving it empty."""
        return {name: answer for name, answer in self.answers().items() if answer is not None}
