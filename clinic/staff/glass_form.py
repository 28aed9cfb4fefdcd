"""The form of somebody who opens a record from outside the care team: why, and where to."""

from __future__ import annotations

from django import forms

from clinic.web.forms import InPage

SHORTEST = 15
LEADS_TO = ("review", "answers", "history", "print", "letter", "preview")
"""Pages of a form that are opened again once a reason was given; from any other one it is the review."""


class GlassForm(InPage, forms.Form):
    """Why somebody who does not look after a patient needs to see their record; the patient reads it."""

    reason = forms.CharField(
        label="Why do you need to see this record?",
        help_text="The patient can read this, word for word. The medical director is told at once",
        min_length=SHORTEST,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Say why you need to see this record",
            "min_length": f"Say why in at least {SHORTEST} letters: the patient and the director must understand it",
            "max_length": "The reason must be 500 letters or fewer",
        },
    )
    form = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    to = forms.ChoiceField(required=False, choices=[(name, name) for name in LEADS_TO], widget=forms.HiddenInput)
