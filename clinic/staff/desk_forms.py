"""The forms of the front desk: who calls and what they say, the details of a visit, why it is moved or taken over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from clinic.accounts.models import User
from clinic.booking import said
from clinic.booking.forms import DetailsForm
from clinic.booking.local_times import moment
from clinic.booking.models import Appointment, Availability, Mode
from clinic.booking.overbook_actions import LONGEST_REASON
from clinic.booking.visit_actions import LONGEST_NOTE
from clinic.booking.words import NEEDS, STAFF_REASONS, needs_in_words
from clinic.patients import finding
from clinic.patients.forms import EXAMPLE
from clinic.patients.models import Patient
from clinic.staff.moment_fields import day_field, time_field
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class WhenForm(InPage, forms.Form):
    """What they say about a time."""

    when = forms.CharField(
        label="When and how",
        required=False,
        max_length=said.LONGEST,
        help_text="In their words, for example: Thu after 4pm, video, Spanish",
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"max_length": f"When and how must be {said.LONGEST} letters or fewer"},
    )


class FindForm(WhenForm):
    """Who calls, and what they say about a time; it is sent by POST, so that no address holds a name."""

    who = forms.CharField(
        label="Who is calling",
        max_length=finding.LONGEST,
        help_text="3 letters of a name, a phone number, a date of birth or a reference",
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={
            "required": finding.TOO_SHORT,
            "max_length": f"Who is calling must be {finding.LONGEST} letters or fewer",
        },
    )
    field_order = ("who", "when")


class NoteForm(InPage, forms.Form):
    """A note about coming here, never about health."""

    note = forms.CharField(
        label="Note about the visit (optional)",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Only about coming here, like “ring twice”. Nothing about health: everybody at the desk reads it",
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"max_length": f"The note must be {LONGEST_NOTE} letters or fewer"},
    )


class VisitForm(DetailsForm):
    """The details of a visit as the desk takes them down on the phone."""

    agreed_on_phone = forms.BooleanField(label="They agreed to these reminders on the phone", required=False)
    note = NoteForm.base_fields["note"]

    def __init__(
        self, data: Any = None, *, mode: str, reminders: Sequence[Any], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, mode=mode, reminders=reminders, initial=initial)
        del self.fields["appointment"]
        self.fields["needs"].label = "What they need"
        self.fields["needs"].choices = list(zip(NEEDS, needs_in_words(NEEDS), strict=True))
        phone = self.fields["phone"]
        phone.label = "The number to call" if mode == Mode.PHONE else "A number to reach them on"
        phone.error_messages["required"] = f"Enter the phone number to call, {EXAMPLE}"
        phone.widget.attrs["autocomplete"] = "off"
        if "reminders" not in self.fields:
            del self.fields["agreed_on_phone"]
        if asked := self.fields.get("reminders"):
            asked.label = "Reminders"
            asked.help_text = "Only what they agreed to in their form"
            asked.widget = RadioChoices(choices=asked.choices)
            asked.error_messages["required"] = "Choose the reminders"

    field_order = ("phone", "reminders", "agreed_on_phone", "needs", "note")

    @property
    def heard(self) -> dict[str, Any]:
        """What was heard on the phone, as `visit_actions.note_down` takes it."""
        return {"note": self.cleaned_data["note"], "agreed_on_phone": self.cleaned_data.get("agreed_on_phone", False)}


class ReasonForm(InPage, forms.Form):
    """Why the staff move or cancel an appointment."""

    reason = forms.ChoiceField(
        label="Why?",
        choices=list(STAFF_REASONS.items()),
        widget=RadioChoices(),
        error_messages={"required": "Choose why", "invalid_choice": "Choose one of these reasons"},
    )


class MoveForm(VisitForm):
    """The same details for an appointment that is moved, and why."""

    reason = ReasonForm.base_fields["reason"]


class OverbookForm(VisitForm):
    """The same details for a time that somebody has, and why it is taken all the same."""

    reason = forms.CharField(
        label="Why is this time booked twice?",
        max_length=LONGEST_REASON,
        help_text="Everybody on the staff who sees the appointment reads it. Nothing about health",
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={
            "required": "Say why this time is booked twice",
            "max_length": f"The reason must be {LONGEST_REASON} letters or fewer",
        },
    )
    field_order = ("reason", "phone", "reminders", "agreed_on_phone", "needs", "note")


def known_details(appointment: Appointment | None, phone: object, open_reminders: Sequence[Any]) -> dict[str, Any]:
    """What is known for the details: of their last appointment, or their number and how we may remind them."""
    heard = {"agreed_on_phone": False, "note": ""}
    if appointment is None:
        return {"phone": phone, "reminders": open_reminders[0], "needs": [], **heard}
    kept = appointment.reminders if appointment.reminders in open_reminders else open_reminders[0]
    return {"phone": appointment.number_to_suggest(), "reminders": kept, "needs": appointment.needs, **heard}


class WhyForm(InPage, forms.Form):
    """A time that is asked about: with whom, when by the clock of the clinic, how, and for whom."""

    clinician = forms.ModelChoiceField(
        label="Clinician",
        queryset=User.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose the clinician", "invalid_choice": "Choose one of the clinicians"},
    )
    day = day_field("Day", "the day")
    at = time_field("Time at the clinic", "the time")
    mode = forms.ChoiceField(
        label="How",
        required=False,
        choices=[("", "Any"), *Mode.choices],
        error_messages={"invalid_choice": "Choose one of the ways to meet"},
    )
    who = forms.ModelChoiceField(
        label="For a patient, by reference",
        queryset=Patient.objects.all(),
        to_field_name="reference",
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"invalid_choice": "There is no patient with this reference"},
    )

    def __init__(self, *args: Any, may_name_a_patient: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = with_hours()
        if not may_name_a_patient:
            del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        """The moment it is; a time that the clocks skip that day is none."""
        told = super().clean() or {}
        if "day" in told and "at" in told:
            told["start"] = moment(datetime.combine(told["day"], told["at"]), timezone.get_current_timezone())
            if told["start"] is None:
                self.add_error("at", "The clocks skip this time on that day")
        return told


def with_hours() -> QuerySet[User]:
    """Everybody who has hours, by name."""
    return User.objects.filter(pk__in=Availability.objects.values("clinician")).order_by("name", "pk")
