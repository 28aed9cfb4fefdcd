"""What a patient chooses about our messages: whether we ask how they are, and by which clock we write."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.patients.zones import US_ZONES, zone_name
from clinic.web.widgets import RadioChoices

ASKING: Final = (
    ("yes", _("Yes, send me short questions and check-ins")),
    ("no", _("No, do not send them")),
)
ASKED: Final = _("May we send you short questions and check-ins between visits?")


class PreferencesForm(forms.Form):
    """Two choices; messages about an appointment and about a decision come at any rate."""

    use_required_attribute = False
    asking = forms.ChoiceField(
        label=ASKED,
        choices=ASKING,
        widget=RadioChoices(hints={"no": _("Messages about your visits and our decisions still come")}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose whether we may send short questions")),
    )
    zone = forms.ChoiceField(
        label=_("Which clock do you live by?"),
        help_text=_("We write between 8 am and 9 pm there. Only safety comes first"),
        widget=RadioChoices(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the clock you live by")),
    )

    def __init__(self, data: Any = None, *, zone: str, initial: dict[str, Any]) -> None:
        """Offer the zones of the United States, and theirs if it is another."""
        super().__init__(data, initial={**initial, "zone": zone})
        self.fields["zone"].choices = list({**US_ZONES, zone: zone_name(zone)}.items())

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
