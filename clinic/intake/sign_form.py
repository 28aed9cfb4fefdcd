"""Read, agree and sign: separate consents, none ticked, and a typed name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from clinic.intake.forms import PageForm
from screening.journey import Journey
from screening.protocol import Page


class SignForm(PageForm):
    """The consents of the signing page, the name typed as signature, and the key the server put into the form."""

    def __init__(self, page: Page, journey: Journey, key: UUID, data: Any = None) -> None:
        super().__init__(page, journey, data)
        self.initial = {"key": key}
        self.fields["signature"] = forms.CharField(
            label="Type your full name to sign",
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false", "class": "w-l"}),
            error_messages={
                "required": "Type your full name to sign",
                "max_length": "Your full name must be 200 letters or fewer",
            },
        )
        self.fields["key"] = forms.UUIDField(
            widget=forms.HiddenInput,
            error_messages={"required": "Open this page again and sign", "invalid": "Open this page again and sign"},
        )

    def clean(self) -> dict[str, Any]:
        """The consents as on any page, and the signature."""
        cleaned = super().clean()
        for name in ("signature", "key"):
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned
