"""The forms of the front desk: who calls and what they say, the details of a visit, why it is moved or taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from clinic.accounts.forms import InPage
from clinic.booking import said
from clinic.booking.forms import DetailsForm
from clinic.booking.models import Appointment, Mode
from clinic.booking.overbook_actions import LONGEST_REASON
from clinic.booking.words import NEEDS, STAFF_REASONS, needs_in_words
from clinic.patients import finding
from clinic.patients.forms import EXAMPLE
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


class VisitForm(DetailsForm):
    """The details of a visit as the desk takes them down on the phone."""

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
        if asked := self.fields.get("reminders"):
            asked.label = "Reminders"
            asked.help_text = "Only what they agreed to in their form"
            asked.widget = RadioChoices(choices=asked.choices)
            asked.error_messages["required"] = "Choose the reminders"


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
    field_order = ("reason", "phone", "reminders", "needs")


def known_details(appointment: Appointment | None, phone: object, open_reminders: Sequence[Any]) -> dict[str, Any]:
    """What is known for the details: of their last appointment, or their number and how we may remind them."""
    if appointment is None:
        return {"phone": phone, "reminders": open_reminders[0], "needs": []}
    kept = appointment.reminders if appointment.reminders in open_reminders else open_reminders[0]
    return {"phone": appointment.phone or phone, "reminders": kept, "needs": appointment.needs}
