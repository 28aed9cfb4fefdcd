"""The small forms by which patients come back."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.web.forms import InPage
from clinic.web.widgets import ThreePartDateField


class EmailForm(InPage, forms.Form):
    """Where to send a private link."""

    email = forms.EmailField(
        label=_("Your email address"),
        help_text=_("We send one link. It says nothing about your health."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "class": "w-l"}),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter an email address like name@example.com"),
            "max_length": _("Your email address must be 254 letters or fewer"),
        },
    )


class BirthDateForm(InPage, forms.Form):
    """What a patient knows and a stranger with the link does not."""

    born_on = ThreePartDateField(
        name=_("your date of birth"),
        label=_("What is your date of birth?"),
        help_text=_("For example, 3 27 1985"),
        autocomplete="bday",
        earliest=date(1900, 1, 1),
        latest=date.today,
    )
