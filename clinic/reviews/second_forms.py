"""Is what a second clinician says about a first signature acceptable as input? The verbs are in `second_actions.py`."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.reviews.models import FirstSignature
from clinic.reviews.signing import REASON_CHARACTERS
from clinic.web.forms import InPage

MOST_WORDS = 4_000
NEEDED = f"Write why you do not agree, in {REASON_CHARACTERS} characters or more"


class AgreeForm(InPage, forms.Form):
    """The same is signed as by the first clinician; over a Stop it is ticked that the answers were read."""

    has_read = forms.BooleanField(
        label="I have read these answers",
        required=False,
        error_messages={"required": "Tick that you have read these answers"},
    )
    basis_answers_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    basis_seal = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, first: FirstSignature, **kwargs: Any) -> None:
        """Take the first signature; its basis is what the page shows."""
        initial = {"basis_answers_hash": first.basis_answers_hash, "basis_seal": first.basis_seal}
        super().__init__(*args, initial=initial, auto_id="g_%s", **kwargs)
        self.fields["has_read"].required = first.overrides_stop


class DeclineForm(InPage, forms.Form):
    """Why a second clinician does not sign."""

    why_not = forms.CharField(
        label="Why you do not agree",
        max_length=MOST_WORDS,
        min_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": NEEDED,
            "min_length": NEEDED,
            "max_length": f"Shorten it to {MOST_WORDS:,} characters",
        },
    )
