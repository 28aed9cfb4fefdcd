"""Choosing a state on the page about the law."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.pages.states import STATES


class StateForm(forms.Form):
    """Which state's law to show; sent by GET, so that the answer has an address."""

    use_required_attribute = False

    state = forms.ChoiceField(
        label=_("Which state do you live in?"),
        choices=[("", _("Choose a state")), *STATES.items()],
        error_messages={
            "required": _("Choose the state you live in"),
            "invalid_choice": _("Choose the state you live in from the list"),
        },
    )
