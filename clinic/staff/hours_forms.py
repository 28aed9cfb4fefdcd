"""The forms of hours: weekly templates, their end, time off, holidays, and the languages of a clinician."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone

from clinic.booking.local_times import moment
from clinic.booking.models import Mode, TimeOff
from clinic.booking.words import LANGUAGES, WEEKDAYS
from clinic.booking.zones import of_location
from clinic.intake.countries import NAMES
from clinic.staff.moment_fields import day_field, time_field
from clinic.web.forms import InPage
from clinic.web.places import LOCATIONS
from clinic.web.widgets import RadioChoices, TickBoxes

PLACES = [(each["slug"], each["name"]) for each in LOCATIONS]


def served() -> list[tuple[str, str]]:
    """Code and name of each region the clinic serves."""
    return [(code, NAMES.get(code, code)) for code in sorted(settings.LICENSED_REGIONS)]


def number_field(label: str, name: str, least: int, most: int, **others: Any) -> forms.IntegerField:
    """A field for a whole number."""
    words = f"{name} must be a whole number from {least} to {most}"
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
        **others,
    )


class HoursForm(InPage, forms.Form):
    """A weekly template: which days, from when to when, how and where, and for which dates."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Days of the week",
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=TickBoxes(),
        error_messages={"required": "Choose at least one day", "invalid_choice": "Choose from the days of the week"},
    )
    opens = time_field("First visit begins", "when the first visit begins")
    closes = time_field("Last visit ends", "when the last visit ends")
    modes = forms.MultipleChoiceField(
        label="How",
        choices=Mode.choices,
        widget=TickBoxes(),
        error_messages={
            "required": "Choose at least one way to meet",
            "invalid_choice": "Choose from the ways to meet",
        },
    )
    location = forms.ChoiceField(
        label="Place",
        required=False,
        choices=[("", "None: phone and video only"), *PLACES],
        error_messages={"invalid_choice": "Choose one of the places"},
    )
    room = forms.CharField(
        label="Room",
        required=False,
        max_length=40,
        error_messages={"max_length": "The room must be 40 letters or fewer"},
    )
    slot_minutes = number_field("Minutes for a visit", "The minutes for a visit", 5, 240, initial=20)
    buffer_minutes = number_field("Minutes between visits", "The minutes between visits", 0, 120, initial=0)
    notice_hours = number_field("Booked at the latest, hours before", "The hours before", 0, 720, initial=24)
    horizon_days = number_field("Offered, days ahead", "The days ahead", 1, 365, initial=56)
    most_per_day = number_field("Most visits a day", "The most visits a day", 1, 100, required=False)
    valid_from = day_field("First day", "the first day")
    valid_to = day_field("Last day", "the last day", required=False)

    def clean(self) -> dict[str, Any]:
        """What belongs together: times and days in their order, and a place for visits in person."""
        told = super().clean() or {}
        if told.get("opens") and told.get("closes") and told["opens"] >= told["closes"]:
            self.add_error("closes", "The last visit must end after the first begins")
        if told.get("valid_from") and told.get("valid_to") and told["valid_to"] < told["valid_from"]:
            self.add_error("valid_to", "The last day must not be before the first")
        if Mode.IN_PERSON in told.get("modes", ()) and not told.get("location"):
            self.add_error("location", "Choose the place for visits in person")
        told["time_zone"] = of_location(told.get("location", ""))
        return told


class EndForm(InPage, forms.Form):
    """The last day of some hours."""

    last_day = day_field("Last day", "the last day")


class AwayForm(InPage, forms.Form):
    """A stretch of time in which a clinician cannot be met, by the clock of the clinic."""

    since_day = day_field("First day", "the first day")
    since_at = time_field("Begins at", "when it begins")
    until_day = day_field("Last day", "the last day")
    until_at = time_field("Ends at", "when it ends")
    reason = forms.ChoiceField(
        label="Why?",
        choices=TimeOff.Reason.choices,
        widget=RadioChoices(),
        error_messages={"required": "Choose why", "invalid_choice": "Choose one of these reasons"},
    )

    def clean(self) -> dict[str, Any]:
        """Its two moments; it must end after it begins, and not in the past."""
        told = super().clean() or {}
        for end in ("since", "until"):
            if f"{end}_day" in told and f"{end}_at" in told:
                told[end] = self._moment(told, end)
        if told.get("since") and told.get("until"):
            if told["until"] <= told["since"]:
                self.add_error("until_day", "It must end after it begins")
            elif told["until"] <= timezone.now():
                self.add_error("until_day", "It has passed already")
        return told

    def _moment(self, told: dict[str, Any], end: str) -> datetime | None:
        zone = timezone.get_current_timezone()
        found = moment(datetime.combine(told[f"{end}_day"], told[f"{end}_at"]), zone)
        if found is None:
            self.add_error(f"{end}_at", "The clocks skip this time on that day")
        return found


class HolidayForm(InPage, forms.Form):
    """A day on which a place, or the whole clinic, is closed."""

    day = day_field("Day", "the day")
    location = forms.ChoiceField(
        label="Place",
        required=False,
        choices=[("", "The whole clinic"), *PLACES],
        error_messages={"invalid_choice": "Choose one of the places"},
    )
    name = forms.CharField(
        label="What the staff read",
        max_length=80,
        error_messages={"required": "Enter what the staff read", "max_length": "Use 80 letters or fewer"},
    )

    def clean_day(self) -> date:
        """Not in the past."""
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError("That day has passed")
        return day


class LicenceForm(InPage, forms.Form):
    """A region in which a clinician may see patients, and until when."""

    region = forms.ChoiceField(
        label="Where they may see patients",
        error_messages={"required": "Choose where", "invalid_choice": "Choose one of the places the clinic serves"},
    )
    last_day = day_field("Last day", "the last day", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].help_text = "Empty: it does not end"
        self.fields["region"].choices = [("", "Choose"), *served()]


class VideoForm(InPage, forms.Form):
    """Where a clinician meets patients by video."""

    address = forms.URLField(
        label="Address of the video room",
        required=False,
        max_length=300,
        assume_scheme="https",
        validators=[RegexValidator("^https://", "The address must begin with https://")],
        help_text="Of the service your clinic uses. Empty takes it away",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "class": "w-l"}
        ),
        error_messages={
            "invalid": "Enter an address like https://video.example.com/room",
            "max_length": "The address must be 300 letters or fewer",
        },
    )


class LanguagesForm(InPage, forms.Form):
    """The languages besides English in which a clinician can see patients."""

    codes = forms.MultipleChoiceField(
        label="Languages besides English",
        required=False,
        choices=[(code, name) for code, name in LANGUAGES.items() if code != "en"],
        widget=TickBoxes(),
        error_messages={"invalid_choice": "Choose from the languages"},
    )
