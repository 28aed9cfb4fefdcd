"""What can be added to an entry: a note, sleep, medicine, and whether the care team may read it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices

SLEPT = (("well", _("Well")), ("so_so", _("So-so")), ("badly", _("Badly")))
TOOK = (("yes", _("Yes")), ("some", _("Some of it")), ("no", _("No")))


class AddForm(InPage, forms.Form):
    """Everything in it may stay empty."""

    note = forms.CharField(
        label=_("A note for yourself"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Your note must be 4,000 letters or fewer")},
    )
    slept = forms.ChoiceField(
        label=_("How did you sleep?"),
        required=False,
        choices=SLEPT,
        widget=RadioChoices(),
        error_messages={"invalid_choice": _("Choose one of the answers about sleep")},
    )
    took_medicine = forms.ChoiceField(
        label=_("Did you take your medicine?"),
        required=False,
        choices=TOOK,
        widget=RadioChoices(),
        error_messages={"invalid_choice": _("Choose one of the answers about your medicine")},
    )
    is_shared = forms.BooleanField(
        label=_("Share this entry with my care team (optional)"),
        required=False,
        help_text=_(
            "They can read it at your next visit. They do not see your other entries. "
            "If your note says that you or somebody may not be safe, a person reads it now and calls you"
        ),
    )
