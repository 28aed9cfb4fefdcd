"""The four questions of the 30-second check, one form each."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.intake.countries import US
from clinic.intake.quick_check import NOTHING, OUTSIDE
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices, TickBoxes

ALONE: Final = (NOTHING, "not_sure")


class HelpNowForm(InPage, forms.Form):
    """Whether somebody needs help before anything else."""

    help_now = forms.ChoiceField(
        label=_("Do you need help right now?"),
        choices=[("no", _("No")), ("yes", _("Yes")), ("not_sure", _("I am not sure"))],
        widget=RadioChoices(),
        error_messages={"required": _("Choose whether you need help right now")},
    )


class AdultForm(InPage, forms.Form):
    """Whether somebody is old enough for this clinic."""

    adult = forms.ChoiceField(
        label=_("Are you 18 or older?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=RadioChoices(),
        error_messages={"required": _("Choose whether you are 18 or older")},
    )


class StateForm(InPage, forms.Form):
    """Where somebody is."""

    state = forms.ChoiceField(
        label=_("Which state are you in?"),
        help_text=_("We may treat you only where we have a license"),
        choices=[("", _("Choose a state")), *US, (OUTSIDE, _("I am outside the United States"))],
        error_messages={
            "required": _("Choose the state you are in"),
            "invalid_choice": _("Choose the state you are in from the list"),
        },
    )


class AboutYouForm(InPage, forms.Form):
    """What a clinician looks at first; it never says no."""

    about_you = forms.MultipleChoiceField(
        label=_("Have any of these been true for you?"),
        help_text=_("Tick all that fit. A tick does not close the door."),
        choices=[
            ("mind", _("Psychosis or mania, me or a close relative")),
            ("heart", _("A heart problem or high blood pressure")),
            ("pregnant", _("Pregnant or breastfeeding")),
            ("medicines", _("Medicines for mood, sleep, pain or ADHD")),
            (NOTHING, _("None of these")),
            ("not_sure", _("I am not sure")),
        ],
        widget=TickBoxes(exclusive=ALONE),
        error_messages={"required": _("Tick what has been true for you, or “None of these”")},
    )

    def clean_about_you(self) -> list[str]:
        """Refuse "none of these" or "not sure" together with something."""
        ticked: list[str] = self.cleaned_data["about_you"]
        alone = next(
            (label for code, label in self.fields["about_you"].choices if code in ALONE and code in ticked), ""
        )
        if alone and len(ticked) > 1:
            raise forms.ValidationError(_("Choose “%(alone)s” alone, or take it away") % {"alone": alone}, "alone")
        return ticked


FORMS: Final[dict[str, type[Any]]] = {
    "help_now": HelpNowForm,
    "adult": AdultForm,
    "state": StateForm,
    "about_you": AboutYouForm,
}
"""One form for each question of the check."""
