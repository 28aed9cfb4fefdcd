"""The form of the keys of the worklist: off or on, and one character for each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.reviews.keys_models import USUAL, WorklistKeys
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices


def _one_key(value: str) -> None:
    if len(value) != 1 or value.isspace() or not value.isprintable():
        raise ValidationError("Enter one letter, number or sign")


def _key(label: str, *, hint: str, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        validators=[_one_key],
        widget=forms.TextInput(
            attrs={"class": "w-2", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter one letter, number or sign"},
    )


class KeysForm(InPage, forms.Form):
    """Keys of one person; each does one thing."""

    are_on = forms.ChoiceField(
        label="Keys in the worklist",
        choices=[("off", "Off"), ("on", "On, while I am in the table")],
        widget=RadioChoices,
        error_messages={"required": "Choose off or on", "invalid_choice": "Choose off or on"},
    )
    below = _key("The row below (optional)", hint="Beside the arrow down, which always works", required=False)
    above = _key("The row above (optional)", hint="Beside the arrow up, which always works", required=False)
    claim = _key("Claim this row", hint="Also claims what is ticked. Usually c")
    filters = _key("Go to the filters", hint="Usually /")
    listed = _key("Show the list of keys", hint="Usually ?")

    @classmethod
    def of(cls, keys: WorklistKeys | None) -> KeysForm:
        """The form as it stands for somebody."""
        kept = keys or WorklistKeys()
        return cls(initial={name: getattr(kept, name) for name in USUAL} | {"are_on": "on" if kept.are_on else "off"})

    def clean(self) -> dict[str, Any]:
        """No key does two things, whatever its capitals."""
        told = super().clean() or {}
        taken: set[str] = set()
        for name in (name for name in self.fields if told.get(name) and name in USUAL):
            key = told[name]
            if key.lower() in taken:
                self.add_error(name, f"Choose another key: “{key}” does something else already")
            taken.add(key.lower())
        return told
