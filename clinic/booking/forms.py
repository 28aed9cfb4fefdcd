"""What is acceptable as a chosen time, as the details of a visit, and as a reason to cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.booking.models import Appointment, Mode, Part
from clinic.booking.words import CANCEL_REASONS, DAYS, NEEDS, NOTICE
from clinic.patients.forms import phone_in
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices, TickBoxes

Reminders = Appointment.Reminders


class ChooseForm(forms.Form):
    """A time, as the moment it begins; where it came from is checked against what is offered, not here."""

    use_required_attribute = False
    slot = forms.CharField(
        max_length=40,
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose a time"), "max_length": _("Choose one of these times")},
    )

    def clean_slot(self) -> datetime:
        """The moment in UTC; a time without an offset could mean any of several moments."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["slot"])
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Choose one of these times")) from None


class DetailsForm(InPage, forms.Form):
    """The number we call, how we remind them, and what they need; nothing is ticked for them."""

    appointment = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})
    phone = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-m"}),
        error_messages={"max_length": _("The phone number must be 40 letters or fewer, like (555) 010-0199")},
    )
    reminders = forms.ChoiceField(
        label=_("How should we remind you?"),
        choices=Reminders.choices,
        widget=RadioChoices(
            hints={
                Reminders.EMAIL: _("3 days and 1 day before"),
                Reminders.TEXT: _("3 days, 1 day and 2 hours before, to the number in your form"),
                Reminders.BOTH: _("Emails 3 days and 1 day before, a text 2 hours before"),
            }
        ),
        error_messages={
            "required": _("Choose how we should remind you"),
            "invalid_choice": _("Choose one of the ways to remind you"),
        },
    )
    needs = forms.MultipleChoiceField(
        label=_("Is there anything you need for the visit?"),
        choices=list(NEEDS.items()),
        required=False,
        widget=TickBoxes(),
        error_messages={"invalid_choice": _("Choose from the list of what you need")},
    )

    def __init__(
        self, data: Any = None, *, mode: str, reminders: Sequence[Reminders], initial: dict[str, Any] | None = None
    ) -> None:
        """Take the way they meet, and the reminders open to the patient; with only one there is no question."""
        super().__init__(data, initial=initial)
        self.fields["reminders"].choices = [(choice.value, choice.label) for choice in reminders]
        if list(reminders) == [Reminders.NONE]:
            del self.fields["reminders"]
        phone = self.fields["phone"]
        phone.required = mode == Mode.PHONE
        phone.label = _("The number we will call") if phone.required else _("A number we can reach you on")
        phone.error_messages["required"] = _("Enter the phone number we will call, like (555) 010-0199")

    def clean_phone(self) -> str:
        """A number, or nothing where none is needed."""
        typed = phone_in(self.cleaned_data["phone"])
        if not typed and self.fields["phone"].required:
            raise forms.ValidationError(self.fields["phone"].error_messages["required"])
        return typed

    def clean(self) -> dict[str, Any]:
        """Who was not asked about reminders gets none."""
        return {"reminders": Reminders.NONE.value, **(super().clean() or {})}


class CancelForm(InPage, forms.Form):
    """Which appointment, and a reason if they like to give one."""

    appointment = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})
    reason = forms.ChoiceField(
        label=_("Would you like to tell us why?"),
        choices=list(CANCEL_REASONS.items()),
        required=False,
        widget=RadioChoices(exclusive=("prefer_not",)),
        error_messages={"invalid_choice": _("Choose one of the reasons why you cancel, or none")},
    )


class WaitingForm(InPage, forms.Form):
    """Which days, which parts of the day, which ways to meet, and how soon; nothing is ticked for them."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days could you talk?"),
        coerce=int,
        choices=list(DAYS.items()),
        widget=TickBoxes(),
        error_messages={
            "required": _("Choose at least one of the days"),
            "invalid_choice": _("Choose from the list of days"),
        },
    )
    parts = forms.MultipleChoiceField(
        label=_("Which parts of the day?"),
        choices=Part.choices,
        widget=TickBoxes(),
        error_messages={
            "required": _("Choose at least one part of the day"),
            "invalid_choice": _("Choose from the parts of the day"),
        },
    )
    ways = forms.MultipleChoiceField(
        label=_("How could we meet?"),
        widget=TickBoxes(),
        error_messages={
            "required": _("Choose at least one way to meet"),
            "invalid_choice": _("Choose from the ways to meet"),
        },
    )
    notice_hours = forms.TypedChoiceField(
        label=_("How soon could you take a time?"),
        coerce=int,
        choices=list(NOTICE.items()),
        widget=RadioChoices(),
        error_messages={"required": _("Choose how soon"), "invalid_choice": _("Choose one of these")},
    )

    def __init__(
        self, data: Any = None, *, ways: Sequence[tuple[str, str]], initial: dict[str, Any] | None = None
    ) -> None:
        """Take the ways to meet that this patient is offered, with their words."""
        super().__init__(data, initial=initial)
        self.fields["ways"].choices = list(ways)
