"""The form of what is told to those whom an exception touches: whom, and what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from clinic.booking.cannot_keep import CALL, CHOOSE
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices


class TellForm(InPage, forms.Form):
    """Which of the visits, by reference, and which message."""

    visits = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose at least one person",
            "invalid_choice": "One of these visits has changed: look at the list once more",
        },
    )
    what = forms.ChoiceField(
        label="What do you tell them?",
        choices=[(CHOOSE, "Please choose another time"), (CALL, "We call you to find another time")],
        widget=RadioChoices(
            hints={
                CHOOSE: "They move it themselves, on their private page, or call",
                CALL: "Each visit is a task of the desk until somebody has moved or cancelled it",
            }
        ),
        error_messages={"required": "Choose what you tell them", "invalid_choice": "Choose one of these messages"},
    )

    def __init__(self, *args: Any, references: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visits"].choices = [(each, each) for each in references]
