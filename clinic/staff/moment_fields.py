"""Fields for a day and for a time of the day, as people type them."""

from __future__ import annotations

from datetime import date
from typing import Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

CLOCKS: Final = ["%H:%M", "%I:%M %p", "%I %p", "%I%p", "%I:%M%p"]
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)


def time_field(label: str, name: str) -> forms.TimeField:
    """A field for a time of the day."""
    return forms.TimeField(
        label=label,
        input_formats=CLOCKS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-4"}),
        error_messages={"required": f"Enter {name}, like 9:00 am", "invalid": f"Enter {name} like 9:00 am"},
    )


def day_field(label: str, name: str, *, required: bool = True) -> forms.DateField:
    """A field for a day; one that no calendar of ours reaches is refused."""
    words = f"Enter {name} as a date of this century"
    return forms.DateField(
        label=label,
        required=required,
        validators=[MinValueValidator(EARLIEST, words), MaxValueValidator(LATEST, words)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"Enter {name}", "invalid": f"Enter {name} as a date"},
    )
