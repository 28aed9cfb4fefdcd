"""The form of one line of the medicine list, with "Did you mean" and the right to keep one's own words."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.intake.forms import is_missing
from clinic.web.widgets import ChoiceButtons, RadioChoices, ThreePartDateField
from screening.protocol import Protocol

STATUSES: Final = (
    ("taking", _("Every day, or on a schedule")),
    ("as_needed", _("Now and then")),
    ("stopped", _("I stopped")),
    ("unsure", _("I am not sure")),
)
AS_TYPED: Final = "as-typed"
NEARLY: Final = _("Check the spelling of “%(typed)s”, or keep it as you typed it")
ALIKE: Final = _("“%(typed)s” looks like the name of another medicine. Choose the one you take")
FOLDED: Final = ("reason", "prescriber")


class MedicineForm(forms.Form):
    """One medicine: its name as the person knows it, how often, the dose, and when it was last taken."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name of the medicine"),
        help_text=_("Copy it from the box or bottle if you can"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                **{"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "w-l"},
                "data-names": reverse_lazy("intake:medicine_names"),
                **{"data-one": _("1 suggestion"), "data-more": _("{n} suggestions")},
            }
        ),
        error_messages={
            "required": _("Enter the name of the medicine, or what it is for"),
            "max_length": _("The name of the medicine must be 200 letters or fewer. Add one medicine at a time"),
        },
    )
    match = forms.ChoiceField(label=_("Did you mean one of these?"), widget=RadioChoices())
    status = forms.ChoiceField(
        label=_("How often do you take it?"),
        choices=STATUSES,
        widget=RadioChoices(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose how often you take it")),
    )
    dose = forms.CharField(
        label=_("How much do you take, and how often?"),
        help_text=_("For example 50 mg, once a day"),
        required=False,
        max_length=100,
        error_messages={"max_length": _("How much you take must be 100 letters or fewer")},
    )
    last_taken = ThreePartDateField(
        name=_("the day you last took it"),
        label=_("If you stopped, when did you last take it?"),
        help_text=_("Leave this empty if you do not know"),
        required=False,
        earliest=date(1950, 1, 1),
        latest=date.today,
    )

    reason = forms.CharField(
        label=_("What do you take it for?"),
        required=False,
        max_length=100,
        error_messages={"max_length": _("What you take it for must be 100 letters or fewer")},
    )
    prescriber = forms.CharField(
        label=_("Who prescribes it?"),
        required=False,
        max_length=100,
        error_messages={"max_length": _("Who prescribes it must be 100 letters or fewer")},
    )

    def __init__(self, protocol: Protocol, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.protocol = protocol
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        choices = self._choices()
        if choices:
            typed = str(self.data["name"]).strip()
            self.fields["match"].choices = choices
            asked = (ALIKE if choices[0][0] == typed else NEARLY) % {"typed": typed}
            self.fields["match"].error_messages |= {"required": asked, "invalid_choice": asked}
            if self.asks_only_which:
                self.fields["match"].widget = ChoiceButtons(choices=choices)
        else:
            del self.fields["match"]
        self.helper.layout = self._layout()

    @cached_property
    def asks_only_which(self) -> bool:
        """True when nothing is left to say but which medicine was meant: then each answer saves at once."""
        return list(self.errors) == ["match"]

    def _layout(self) -> Layout:
        """The fields few people fill in are folded away, unless one of them holds something or is wrong."""
        is_open = any(self[name].value() or (self.is_bound and self[name].errors) for name in FOLDED)
        opening = (
            f'<details class="more"{" open" if is_open else ""}><summary>{_("More about it, if you like")}</summary>'
        )
        seen = [name for name in self.fields if name not in FOLDED]
        return Layout(*seen, HTML(opening), *FOLDED, HTML("</details>"))

    def _choices(self) -> list[tuple[str, str]]:
        """What the typed name may have meant; nothing when it is clear or not known at all."""
        typed = str(self.data.get("name") or "")[:200]
        readings = self.protocol.names.read(typed) if typed.strip() else ()
        if len(readings) != 1:
            return []
        reading = readings[0]
        meant = reading.suggestions if reading.match == "suggested" else reading.look_alikes
        if not meant:
            return []
        choices = [(each.name, _said(each.name, each.ingredients)) for each in meant]
        if reading.match == "exact":
            choices.insert(0, (reading.typed, _said(reading.typed, reading.ingredients)))
        return [
            *choices,
            (AS_TYPED, _("Keep “%(typed)s” as I typed it. A clinician will check it.") % {"typed": typed.strip()}),
        ]

    def clean_name(self) -> str:
        """Refuse a name of which nobody can see anything: the list would show an empty line."""
        name = str(self.cleaned_data["name"])
        if is_missing(name):
            raise forms.ValidationError(self.fields["name"].error_messages["required"], "required")
        return name

    def medicine(self, medicine_id: str) -> dict[str, str]:
        """The line as it is kept.

        Args:
            medicine_id: the id of the line.
        """
        match = self.cleaned_data.get("match") or ""
        last_taken = self.cleaned_data.get("last_taken")
        return {
            "id": medicine_id,
            "name": self.cleaned_data["name"],
            "status": self.cleaned_data["status"],
            "dose": self.cleaned_data["dose"],
            "last_taken": last_taken.isoformat() if last_taken else "",
            "confirmed_as": "" if match == AS_TYPED else match,
            "reason": self.cleaned_data["reason"],
            "prescriber": self.cleaned_data["prescriber"],
        }


def _said(name: str, ingredients: tuple[str, ...]) -> str:
    others = [each for each in ingredients if each.lower() != name.lower()]
    return f"{name} ({', '.join(others)})" if others else name
