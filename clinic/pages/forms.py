"""Choosing a state on the page about the law."""

from django import forms

from clinic.pages.states import STATES


class StateForm(forms.Form):
    """Which state's law to show; sent by GET, so that the answer has an address."""

    use_required_attribute = False

    state = forms.ChoiceField(
        label="Which state do you live in?",
        choices=[("", "Choose a state"), *STATES.items()],
        error_messages={
            "required": "Choose the state you live in",
            "invalid_choice": "Choose the state you live in from the list",
        },
    )
