"""What a patient chooses about our messages: whether we ask how they are, by which clock we write, and a pause."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.notifications.hours import QUIET_UNTIL
from clinic.patients.zones import US_ZONES, zone_name
from clinic.web.forms import InPage
from clinic.web.widgets import RadioChoices, ThreePartDateField

ASKING: Final = (
    ("yes", _("Yes, send me short questions and check-ins")),
    ("no", _("No, do not send them")),
)
ASKED: Final = _("May we send you short questions and check-ins between visits?")

LONGEST_PAUSE: Final = timedelta(days=90)
"""AWAITING THE MEDICAL DIRECTOR: the protocol says nothing of pauses; who wants no questions at all says so instead."""


class PreferencesForm(InPage, forms.Form):
    """Two choices; messages about an appointment and about a decision come at any rate."""

    asking = forms.ChoiceField(
        label=ASKED,
        choices=ASKING,
        widget=RadioChoices(hints={"no": _("Messages about your visits and our decisions still come")}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose whether we may send short questions")),
    )
    zone = forms.ChoiceField(
        label=_("Which time zone are you in?"),
        help_text=_("We write between 8 am and 9 pm there, unless it is about your safety"),
        widget=RadioChoices(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the time zone you are in")),
    )

    def __init__(self, data: Any = None, *, zone: str, initial: dict[str, Any]) -> None:
        """Offer the zones of the United States, and theirs if it is another."""
        super().__init__(data, initial={**initial, "zone": zone})
        self.fields["zone"].choices = list({**US_ZONES, zone: zone_name(zone)}.items())


class PauseForm(InPage, forms.Form):
    """The day our reminders and short questions begin again."""

    until = ThreePartDateField(name=_("the day our messages begin again"), label=_("Send me nothing until"))

    def __init__(self, data: Any = None, *, today: date, zone: str) -> None:
        """Take the day where they are; a pause ends there in the morning."""
        super().__init__(data)
        self.today, self.zone = today, zone

    def clean_until(self) -> datetime:
        """The morning of a day between tomorrow and three months from now."""
        day = self.cleaned_data["until"]
        if not self.today < day <= self.today + LONGEST_PAUSE:
            sentence = gettext("The day our messages begin again must be after today, and within %(days)s days")
            raise forms.ValidationError(sentence % {"days": LONGEST_PAUSE.days})
        return datetime.combine(day, QUIET_UNTIL, ZoneInfo(self.zone))
