"""Form widgets and fields every form may use: choices with an "or" line and hints, and dates in three boxes."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from clinic.web import dates

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
PARTS = ("month", "day", "year")
BOXES = {"month": _("Month"), "day": _("Day"), "year": _("Year")}
SAID = {"month": _("month"), "day": _("day"), "year": _("year")}


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date of which only the year, or the year and month, may be known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """As much of the ISO form as is known: `2024`, `2024-05` or `2024-05-02`."""
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


class ExplainedChoices:
    """Choices that may carry a hint each, and an "or" line before the answers that exclude the others."""

    def __init__(
        self, *args: object, exclusive: Sequence[str] = (), hints: Mapping[str, str] | None = None, **kwargs: object
    ) -> None:
        """Take the values that exclude the others (written last), and a hint for each value that needs one."""
        super().__init__(*args, **kwargs)
        self.exclusive = tuple(exclusive)
        self.hints = dict(hints or {})

    def optgroups(self, name: str, value: list[str], attrs: dict[str, object] | None = None) -> list:
        """Add `hint` and `divider` to the options Django prepares for the template."""
        groups = super().optgroups(name, value, attrs)
        options = [option for _, group, _ in groups for option in group]
        for option in options:
            option["hint"] = self.hints.get(str(option["value"]), "")
        first = next((option for option in options[1:] if str(option["value"]) in self.exclusive), None)
        if first:
            first["divider"] = True
        return groups


class RadioChoices(ExplainedChoices, forms.RadioSelect):
    """One answer of several."""


class ChoiceButtons(forms.RadioSelect):
    """One answer of several, each a button that sends the form with it."""

    input_type = "submit"
    template_name = "calm/choice_buttons"


class TickBoxes(ExplainedChoices, forms.CheckboxSelectMultiple):
    """Any number of answers; the exclusive ones stand below an "or"."""


class ThreePartDate(forms.MultiWidget):
    """Three labelled boxes, in the American order: month, day, year."""

    template_name = "calm/date"
    use_fieldset = True

    def __init__(self, attrs: dict[str, object] | None = None, autocomplete: str = "") -> None:
        """Take the autocomplete family: "bday" gives bday-month, bday-day and bday-year."""
        self.wrong_parts: tuple[int, ...] = ()
        tokens = {part: {"autocomplete": f"{autocomplete}-{part}"} if autocomplete else {} for part in PARTS}
        boxes = [forms.TextInput({"inputmode": "numeric", **tokens[part]}) for part in PARTS]
        boxes[0].attrs["class"] = boxes[1].attrs["class"] = "w-2"
        boxes[2].attrs["class"] = "w-4"
        super().__init__(dict(zip(PARTS, boxes, strict=True)), attrs)

    def decompress(self, value: object) -> list[str]:
        """Split a date, a PartialDate or an ISO text into month, day and year."""
        if not value:
            return ["", "", ""]
        year, month, day, *_ = [*str(value).split("-"), "", ""]
        return [month.lstrip("0"), day.lstrip("0"), year]

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        """Label each box, and mark only the wrong ones as wrong."""
        context = super().get_context(name, value, attrs)
        for index, (part, box) in enumerate(zip(PARTS, context["widget"]["subwidgets"], strict=True)):
            box["label"] = BOXES[part]
            if index not in self.wrong_parts:
                box["attrs"].pop("aria-invalid", None)
        return context


class ThreePartDateField(forms.Field):
    """A date typed in three boxes. What was typed is kept, and each error names the date and the part."""

    widget = ThreePartDate

    def __init__(
        self,
        *,
        name: str,
        partial: bool = False,
        earliest: datetime.date | None = None,
        latest: datetime.date | Callable[[], datetime.date] | None = None,
        autocomplete: str = "",
        **kwargs: object,
    ) -> None:
        """Take the `name` errors use ("your date of birth"); with `partial` the day, or day and month, may stay empty.

        Cleans to a `datetime.date`; with `partial` to a `PartialDate`; to None when empty and not required.
        """
        self.name, self.partial, self.earliest, self.latest = name, partial, earliest, latest
        kwargs.setdefault("widget", ThreePartDate(autocomplete=autocomplete))
        super().__init__(**kwargs)
        self.error_messages["required"] = lazy(lambda: _("Enter %(name)s") % {"name": self.name}, str)()

    def clean(self, value: list[str] | None) -> datetime.date | PartialDate | None:
        """Read the three boxes; remember on the widget which of them are wrong."""
        self.widget.wrong_parts = ()
        typed = [str(part or "").strip() for part in (value or ("", "", ""))]
        if not any(typed):
            return self._empty()
        self._refuse_gaps(typed)
        return self._within_limits(*self._read(*typed))

    def has_changed(self, initial: object, data: list[str] | None) -> bool:
        """Compare the three boxes, so that an untouched date counts as unchanged."""
        return self.widget.decompress(initial) != [str(part or "") for part in (data or ("", "", ""))]

    def _empty(self) -> None:
        if self.required:
            self._refuse(_("Enter %(name)s"), (0, 1, 2))

    def _refuse(self, sentence: str, wrong: tuple[int, ...], /, **values: object) -> NoReturn:
        self.widget.wrong_parts = wrong
        message = sentence % {"name": self.name, **values}
        raise ValidationError(message[0].upper() + message[1:], code=PARTS[wrong[0]])

    def _refuse_gaps(self, typed: list[str]) -> None:
        """Say which boxes are empty; a partial date may leave out the day, or the month and the day."""
        missing = tuple(index for index, text in enumerate(typed) if not text)
        if not missing or (self.partial and missing in ((1,), (0, 1))):
            return
        names = _(" and a ").join(str(SAID[PARTS[index]]) for index in missing)
        self._refuse(_("%(name)s must include a %(missing)s"), missing, missing=names)

    def _read(self, month: str, day: str, year: str) -> tuple[int, int | None, int | None]:
        """Turn the texts into numbers; an empty month or day is None."""
        if month and not self._month(month):
            self._refuse(_("The month of %(name)s must be a number from 1 to 12, or its name"), (0,))
        if day and not 1 <= self._number(day) <= 31:
            self._refuse(_("The day of %(name)s must be a number from 1 to 31"), (1,))
        if self._number(year) < 1000:
            self._refuse(_("The year of %(name)s must have 4 numbers, like 1985"), (2,))
        return self._number(year), self._month(month) or None, self._number(day) or None

    def _within_limits(self, year: int, month: int | None, day: int | None) -> datetime.date | PartialDate:
        try:
            start = datetime.date(year, month or 1, day or 1)
        except ValueError:
            self._refuse(_("%(name)s is not in the calendar. Check the month and the day"), (0, 1))
        latest = self.latest() if callable(self.latest) else self.latest
        if latest and start > latest:
            self._refuse(_("%(name)s must be %(day)s or earlier"), (2,), day=dates.long_day(latest))
        if self.earliest and start.replace(month=month or 12, day=day or 28) < self.earliest:
            self._refuse(_("%(name)s must be in %(year)s or later"), (2,), year=self.earliest.year)
        return PartialDate(year, month, day) if self.partial else start

    @staticmethod
    def _number(text: str) -> int:
        """The number typed, or 0 for anything that is not up to four plain digits."""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0

    @classmethod
    def _month(cls, text: str) -> int:
        """The month typed as a number or as a name of at least three letters, or 0."""
        word = text[:9].lower().rstrip(".")
        if len(word) >= 3 and len(text) <= 9:
            return next((number for number, name in enumerate(MONTHS, 1) if name.startswith(word)), 0)
        number = cls._number(text)
        return number if number <= 12 else 0
