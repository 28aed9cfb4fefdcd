"""Is this decision acceptable as input? What it takes to sign one is in `actions.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, Permission
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import ReasonCode, Route
from clinic.reviews.signing import (
    REASON_CHARACTERS,
    Contact,
    ContactNotRecorded,
    ReasonNeeded,
    is_explained,
    must_be_explained,
    must_follow_a_talk,
)
from clinic.reviews.suggestion import suggested_route
from clinic.web.widgets import RadioChoices

MOST_WORDS = 4_000
LOCAL_TIME = "%Y-%m-%dT%H:%M"


def clinicians() -> Any:
    """The people who may decide, by name."""
    roles = [role.value for role, allowed in ALLOWED.items() if Permission.DECIDE in allowed]
    return User.objects.filter(is_active=True, role__in=roles).order_by("name")


class DecisionForm(forms.Form):
    """The decision panel. Nothing is chosen beforehand; times are those of the clinic."""

    use_required_attribute = False

    route = forms.ChoiceField(
        label="Decision",
        choices=Route.choices,
        widget=RadioChoices,
        error_messages={"required": "Choose a decision", "invalid_choice": "Choose one of the decisions on the page"},
    )
    contacted_by = forms.ModelChoiceField(
        label="Who spoke with the patient", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    contacted_at = forms.DateTimeField(
        label="When",
        required=False,
        input_formats=[LOCAL_TIME, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME),
        error_messages={"invalid": "Enter when somebody spoke with the patient as a date and a time"},
    )
    reason_code = forms.ChoiceField(
        label="Why it differs from the protocol",
        required=False,
        choices=[("", "Choose"), *ReasonCode.choices],
    )
    reason = forms.CharField(
        label="Reason, for the record",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": f"Shorten the reason to {MOST_WORDS:,} characters"},
    )
    conditions = forms.CharField(label="Conditions", required=False, max_length=MOST_WORDS)
    valid_until = forms.DateField(
        label="Last day it holds",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter the last day it holds as a date"},
    )
    basis_answers_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    basis_seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    overrides_stop = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: ScreeningRecord, now: datetime, **kwargs: Any) -> None:
        """Take what is decided about, and the moment. The route that the protocol suggests is marked, not chosen."""
        super().__init__(*args, **kwargs)
        self.record, self.now = record, now
        suggested = suggested_route(record)
        self.fields["route"].widget.hints = {suggested.value: "Protocol"} if suggested else {}
        self.fields["contacted_by"].queryset = clinicians()

    def clean_valid_until(self) -> Any:
        """A decision that is over before it begins is a slip of the pen."""
        day = self.cleaned_data["valid_until"]
        if day and day < timezone.localtime(self.now).date():
            raise ValidationError("The last day it holds must be today or later")
        return day

    def clean(self) -> dict[str, Any]:
        """Who spoke and when belong together, and a talk lies in the past."""
        cleaned = super().clean() or {}
        by, at = cleaned.get("contacted_by"), cleaned.get("contacted_at")
        if by and not at and "contacted_at" not in self.errors:
            self.add_error("contacted_at", "Enter when they spoke with the patient")
        if at and not by:
            self.add_error("contacted_by", "Choose who spoke with the patient")
        if at and at > self.now:
            self.add_error("contacted_at", "The talk with the patient must be in the past")
        if "route" in cleaned:
            self._ask_for_what_is_missing(cleaned["route"], cleaned)
        return cleaned

    @property
    def contact(self) -> Contact | None:
        """Who spoke with the patient and when, if somebody did."""
        at, by = self.cleaned_data.get("contacted_at"), self.cleaned_data.get("contacted_by")
        return Contact(at, by) if at and by else None

    def _ask_for_what_is_missing(self, route: str, told: dict[str, Any]) -> None:
        """Say everything that this decision still needs at once, and not one thing after the other."""
        try:
            must_follow_a_talk(self.record, route, self.contact, self.now)
        except ContactNotRecorded:
            if not {"contacted_by", "contacted_at"} & set(self.errors):
                self.add_error("contacted_by", "Choose who spoke with the patient. Until somebody has, this stays open")
                self.add_error("contacted_at", "Enter when they spoke, after the answers came in")
        try:
            must_be_explained(self.record, route, told.get("reason", ""), told.get("reason_code", ""))
        except ReasonNeeded as needed:
            if needed.code_too and not told.get("reason_code"):
                self.add_error("reason_code", "Choose why it differs from what the protocol suggests")
            if not is_explained(told.get("reason", "")):
                self.add_error("reason", f"Write the reason, in {REASON_CHARACTERS} characters or more")


class ReopenForm(forms.Form):
    """Why a standing decision is set aside."""

    use_required_attribute = False

    reason = forms.CharField(
        label="Why it is opened again",
        max_length=MOST_WORDS,
        min_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": f"Write why it is opened again, in {REASON_CHARACTERS} characters or more",
            "min_length": f"Write why it is opened again, in {REASON_CHARACTERS} characters or more",
            "max_length": f"Shorten it to {MOST_WORDS:,} characters",
        },
    )
