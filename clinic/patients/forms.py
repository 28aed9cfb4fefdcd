"""How patients can be reached, as they type it: a phone number, and all of their contact details."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices

PHONE: Final = re.compile(r"\+?[\d\s().\-]{7,30}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
FEWEST_DIGITS: Final = 10
EXAMPLE: Final = "like (555) 010-0199"
TOO_FEW: Final = _("The phone number must have at least %(digits)s digits, like (555) 010-0199")
NOTHING: Final = ("", "n/a", "na", "none")


def phone_in(typed: str) -> str:
    """A phone number as typed, without spaces at the ends; "n/a" is none.

    Raises:
        ValidationError: it is no phone number.
    """
    typed = " ".join(typed.split())
    if typed.lower() in NOTHING:
        return ""
    if not PHONE.fullmatch(typed) or sum(map(str.isdigit, typed)) < FEWEST_DIGITS:
        raise forms.ValidationError(TOO_FEW % {"digits": FEWEST_DIGITS})
    return typed


def phone_field(label: str, **others: Any) -> forms.CharField:
    """A field for one phone number, which phones fill in by themselves."""
    return forms.CharField(
        label=label,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-m"}),
        error_messages={
            "required": _("Enter a phone number, like (555) 010-0199"),
            "max_length": _("The phone number must be 40 letters or fewer, like (555) 010-0199"),
        },
        **others,
    )


class PhoneForm(InPage, forms.Form):
    """A number we can call, and nothing else."""

    phone = phone_field(_("A number we can call"), required=False)

    def clean_phone(self) -> str:
        """A number, or nothing."""
        return phone_in(self.cleaned_data["phone"])


class ContactForm(PhoneForm):
    """How a patient wants to be called and reached."""

    preferred_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "spellcheck": "false", "class": "w-l"}),
        error_messages={"max_length": _("The name we call you must be 200 letters or fewer")},
    )
    email = forms.EmailField(
        label=_("Your email address"),
        help_text=_("Your private links go there"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "class": "w-l"}),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter an email address like name@example.com"),
            "max_length": _("Your email address must be 254 letters or fewer"),
        },
    )
    safe_contact = forms.ChoiceField(
        label=_("Is it safe for us to leave a voicemail or send a message?"),
        widget=RadioChoices(hints={"yes": _("Otherwise we send no reminders, and a person calls you")}),
        error_messages={
            "required": _("Choose whether messages are safe for you"),
            "invalid_choice": _("Choose one of the answers about messages"),
        },
    )
    field_order = ("preferred_name", "phone", "email", "safe_contact")

    def __init__(self, data: Any = None, *, safe: list[tuple[str, str]], initial: dict[str, Any] | None = None) -> None:
        """Take the ways to answer whether messages are safe, which are the protocol's."""
        super().__init__(data, initial=initial)
        self.fields["safe_contact"].choices = safe
        self.fields["phone"].required = True

    def clean_phone(self) -> str:
        """A number; we have to be able to call."""
        typed = super().clean_phone()
        if not typed:
            raise forms.ValidationError(self.fields["phone"].error_messages["required"])
        return typed
