"""Heights and weights as people say them, kept in one unit."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NUMBER: Final = r"(\d{1,3}(?:[.,]\d{1,2})?)"
PATTERNS: Final[dict[str, tuple[tuple[str, tuple[float, ...]], ...]]] = {
    "cm": (
        (rf"{NUMBER} ?(?:cm|centimeters?|centimetres?)", (1.0,)),
        (rf"{NUMBER} ?(?:m|meters?|metres?)", (100.0,)),
        (rf"{NUMBER} ?(?:'|ft|foot|feet) ?{NUMBER}? ?(?:\"|''|in|inch|inches)?", (30.48, 2.54)),
        (rf"{NUMBER} ?(?:\"|in|inch|inches)", (2.54,)),
    ),
    "kg": (
        (rf"{NUMBER} ?(?:kg|kgs|kilos?|kilograms?)", (1.0,)),
        (rf"{NUMBER} ?(?:lb|lbs|pounds?)", (0.45359237,)),
        (rf"{NUMBER} ?(?:st|stones?) ?{NUMBER}? ?(?:lb|lbs|pounds?)?", (6.35029318, 0.45359237)),
    ),
}
"""For each unit we keep: how a measure may be written, and what each number in it is worth."""
EXAMPLES: Final = {"cm": _("170 cm, or 5 ft 7 in"), "kg": _("68 kg, or 150 lb")}
NAMES: Final = {"cm": _("your height"), "kg": _("your weight")}


def read_measure(text: str, unit: str) -> float | None:
    """A measure in the unit we keep, or None when the text is no such measure or says no unit.

    Args:
        text: such as `5 ft 7 in`, `1.70 m` or `150 lb`.
        unit: `cm` or `kg`.
    """
    plain = " ".join(text.lower().replace("\u2019", "'").replace("\u201d", '"').split())[:40]
    for pattern, worth in PATTERNS[unit]:
        if match := re.fullmatch(pattern, plain):
            numbers = [float(number.replace(",", ".")) for number in match.groups() if number]
            return round(sum(a * b for a, b in zip(numbers, worth, strict=False)), 1)
    return None


class MeasureField(forms.CharField):
    """A height or a weight with its unit, so that 67 inches are never taken for 67 centimetres."""

    def __init__(self, unit: str, **kwargs: Any) -> None:
        self.unit = unit
        kwargs["help_text"] = kwargs.get("help_text") or _("With the unit, for example %(example)s") % {
            "example": EXAMPLES[unit]
        }
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "w-m"}))
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A kept number is shown with its unit."""
        return f"{float(value):g} {self.unit}" if isinstance(value, int | float) or _is_number(value) else value

    def clean(self, value: Any) -> Any:
        """The measure in the unit we keep, or None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        measure = read_measure(text, self.unit)
        if not measure:
            raise ValidationError(
                _("Write %(name)s with the unit, like %(example)s")
                % {"name": NAMES[self.unit], "example": EXAMPLES[self.unit]},
                "no_unit",
            )
        return measure


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value) is not None
