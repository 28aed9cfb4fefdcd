"""Is this a ready sentence?"""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.reviews.models import Snippet

MOST_LETTERS = 400


class SnippetWordsForm(forms.Form):
    """Other words for a ready sentence."""

    use_required_attribute = False

    text = forms.CharField(
        label="The sentence",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Write the sentence",
            "max_length": f"Shorten the sentence to {MOST_LETTERS} characters",
        },
    )


class SnippetForm(SnippetWordsForm):
    """A new ready sentence: where it can be put in, its words, and whose it is."""

    place = forms.ChoiceField(
        label="Where it can be put in",
        choices=[("", "Choose"), *Snippet.Place.choices],
        error_messages={"required": "Choose where it can be put in", "invalid_choice": "Choose from the list"},
    )
    is_shared = forms.BooleanField(label="For everybody who decides, not only for me", required=False)

    field_order = ("place", "text", "is_shared")

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        """Only the medical director writes for everybody."""
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
