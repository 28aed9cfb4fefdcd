"""Is this acceptable input about a task?"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone


class SnoozeForm(forms.Form):
    """Until which day a task is put off, and why; it comes back at the beginning of that day."""

    use_required_attribute = False

    until = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter the day it comes back", "invalid": "Enter the day it comes back as a date"},
    )
    why = forms.CharField(
        max_length=300,
        error_messages={"required": "Write why it is put off", "max_length": "Shorten the reason to 300 letters"},
    )

    def clean_until(self) -> Any:
        """The beginning of that day at the clinic."""
        return datetime.combine(self.cleaned_data["until"], time(0), timezone.get_current_timezone())
