"""The forms of the people page: whom to invite, what somebody is, and why their access ends or is reset."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.accounts.permissions import CLINICAL, ROLE_WORDS, Role
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices

HINTS = {
    Role.CLINICIAN: "Reads answers and decides",
    Role.ON_CALL: "Reads answers, decides, is paged when somebody is in danger",
    Role.DIRECTOR: "Decides, reads the record, looks after people",
    Role.SCHEDULER: "Books; never sees answers, flags or scores",
    Role.ADMINISTRATOR: "Looks after people and the system; decides nothing about patients",
}


def roles_to_give(giver: Role) -> list[Role]:
    """The roles this person may give: clinical ones are the director's."""
    return [role for role in Role if giver == Role.DIRECTOR or role not in CLINICAL]


class RoleForm(InPage, forms.Form):
    """What somebody is."""

    role = forms.ChoiceField(label="Role", error_messages={"required": "Choose a role"})

    def __init__(self, *args: Any, giver: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.value, ROLE_WORDS[role]) for role in roles_to_give(giver)]
        field = self.fields["role"]
        field.widget = RadioChoices(hints={role.value: hint for role, hint in HINTS.items()})
        field.choices = choices
        if giver != Role.DIRECTOR:
            field.help_text = "Clinical roles are given by the medical director"


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label="Their work email",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter their email",
            "invalid": "Enter an email address like name@clinic.org",
            "max_length": "The email must be 254 letters or fewer",
        },
    )
    field_order = ("email", "role")


class ReasonForm(InPage, forms.Form):
    """Why."""

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why", "max_length": "The reason must be 500 letters or fewer"},
    )

    def __init__(self, *args: Any, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = hint
