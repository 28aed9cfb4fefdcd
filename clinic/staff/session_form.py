"""The form of a treatment session: pressure before, at about 40 minutes and before leaving, and how they were."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from clinic.staff.moment_fields import time_field
from clinic.treatment.actions import STAYS
from clinic.treatment.models import Course

PRESSURE: Final = re.compile(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*")
MEASURED: Final = ("bp_before", "bp_40", "bp_leaving", "sedation", "dissociation")


def _pressure(value: str) -> None:
    if not PRESSURE.fullmatch(value):
        raise ValidationError("Enter a blood pressure like 124/78")


def _of_pressure(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text="Like 124/78",
        max_length=9,
        validators=[_pressure],
        error_messages={"required": f"Enter “{label}”"},
    )


class SessionForm(forms.Form):
    """One session of today. Source: followups.csv, F38."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    medicine = forms.ChoiceField(
        label="Medicine",
        choices=Course.Medicine.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the medicine"},
    )
    began = time_field("Given at", "when it was given")
    bp_before = _of_pressure("Blood pressure before")
    bp_40 = _of_pressure("Blood pressure at about 40 minutes")
    bp_leaving = _of_pressure("Blood pressure before leaving")
    sedation = forms.CharField(
        label="Sedation", max_length=200, error_messages={"required": "Say how sedated they were"}
    )
    dissociation = forms.CharField(
        label="Dissociation", max_length=200, error_messages={"required": "Say whether they felt unreal, and how much"}
    )
    left = time_field("Ready to leave at", "when they were ready to leave")

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields as they stand on the page, beside each other where they belong together."""
        rows = ("medicine",), ("began", "left"), ("bp_before", "bp_40", "bp_leaving"), ("sedation", "dissociation")
        return [[self[name] for name in row] for row in rows]

    def clean(self) -> dict[str, Any]:
        """Nobody leaves before it was given, and after esketamine not before two hours."""
        told = super().clean() or {}
        if "began" in told and "left" in told:
            stayed = self._at("left") - self._at("began")
            if stayed <= timedelta():
                self.add_error("left", "They cannot be ready to leave before it was given")
            elif told.get("medicine") == Course.Medicine.ESKETAMINE and stayed < STAYS:
                self.add_error("left", "After esketamine nobody is ready to leave before 2 hours")
        return told

    def session(self, on: datetime) -> dict[str, Any]:
        """What `record_session` needs.

        Args:
            on: a moment of the day of the session.
        """
        self.on = on
        return {
            "key": UUID(str(self.cleaned_data["key"])),
            "medicine": self.cleaned_data["medicine"],
            "began_at": self._at("began"),
            "left_at": self._at("left"),
            "form": {name: self.cleaned_data[name] for name in MEASURED},
        }

    on = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))

    def _at(self, name: str) -> datetime:
        zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
        return datetime.combine(self.on.astimezone(zone).date(), self.cleaned_data[name], zone)
