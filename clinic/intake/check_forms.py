"""The four questions of the 30-second check, one form each."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from clinic.intake.countries import US
from clinic.intake.quick_check import NOTHING, OUTSIDE
from clinic.intake.return_forms import SmallForm
from clinic.web.widgets import RadioChoices, TickBoxes

ALONE: Final = (NOTHING, "not_sure")


class HelpNowForm(SmallForm):
    """Whether somebody needs help before anything else."""

    help_now = forms.ChoiceField(
        label="Do you need help right now?",
        choices=[("no", "No"), ("yes", "Yes"), ("not_sure", "I am not sure")],
        widget=RadioChoices(),
        error_messages={"required": "Choose whether you need help right now"},
    )


class AdultForm(SmallForm):
    """Whether somebody is old enough for this clinic."""

    adult = forms.ChoiceField(
        label="Are you 18 or older?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=RadioChoices(),
        error_messages={"required": "Choose whether you are 18 or older"},
    )


class StateForm(SmallForm):
    """Where somebody is."""

    state = forms.ChoiceField(
        label="Which state are you in?",
        help_text="We may treat you only where we have a license",
        choices=[("", "Choose a state"), *US, (OUTSIDE, "I am outside the United States")],
        error_messages={
            "required": "Choose the state you are in",
            "invalid_choice": "Choose the state you are in from the list",
        },
    )


class AboutYouForm(SmallForm):
    """What a clinician looks at first; it never says no."""

    about_you = forms.MultipleChoiceField(
        label="Have any of these been true for you?",
        help_text="Tick all that fit. A tick does not close the door",
        choices=[
            ("mind", "Psychosis or mania, me or a close relative"),
            ("heart", "A heart problem or high blood pressure"),
            ("pregnant", "Pregnant or breastfeeding"),
            ("medicines", "Medicines for mood, sleep, pain or ADHD"),
            (NOTHING, "None of these"),
            ("not_sure", "I am not sure"),
        ],
        widget=TickBoxes(exclusive=ALONE),
        error_messages={"required": "Tick what has been true for you, or “None of these”"},
    )

    def clean_about_you(self) -> list[str]:
        """Refuse "none of these" or "not sure" together with something."""
        ticked: list[str] = self.cleaned_data["about_you"]
        alone = next(
            (label for code, label in self.fields["about_you"].choices if code in ALONE and code in ticked), ""
        )
        if alone and len(ticked) > 1:
            raise forms.ValidationError(f"Choose “{alone}” alone, or take it away", "alone")
        return ticked


FORMS: Final[dict[str, type[Any]]] = {
    "help_now": HelpNowForm,
    "adult": AdultForm,
    "state": StateForm,
    "about_you": AboutYouForm,
}
"""One form for each question of the check."""
