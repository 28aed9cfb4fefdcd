"""Read, agree and sign: separate consents below the words they are about, none ticked, and a typed name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from clinic.intake.consent_words import Words, mark_of, words_of
from clinic.intake.forms import PageForm, is_missing
from screening.journey import Journey
from screening.protocol import Page

READ_AGAIN: Final = _("We changed some words on this page. Read them again, then sign")
PRESCRIBER: Final = "consent_prescriber"
NAMED: Final = "has_prescriber"
"""The question that asks who prescribes; its answer is shown beside the consent, and is no part of its words."""


@dataclass(frozen=True, slots=True)
class WordsAbove:
    """What a crispy layout shows above one consent."""

    words: Words
    named: str

    def render(self, form: forms.Form, context: Any, template_pack: str = "", **others: Any) -> str:
        """The heading and the text."""
        return render_to_string("intake/consent_words.html", {"words": self.words, "named": self.named})


class SignForm(PageForm):
    """The consents of the signing page, the name typed as signature, and the key the server put into the form.

    The page also sends back `mark`, so that nobody signs words that were changed while the page was open.
    """

    def __init__(self, page: Page, journey: Journey, key: UUID, data: Any = None) -> None:
        super().__init__(page, journey, data)
        self.mark = mark_of(journey.facts.protocol, self.asked())
        self.initial = {"key": key}
        legal_name = str(journey.facts.given.get("legal_name") or "").strip()
        given = _("You gave it as “%(name)s”. Another form of your name is fine too.")
        needed = _("Type your full name as you gave it: %(name)s") if legal_name else _("Type your full name to sign")
        self.fields["signature"] = forms.CharField(
            label=_("Type your full name to sign"),
            help_text=given % {"name": legal_name} if legal_name else "",
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false", "class": "w-l"}),
            error_messages={
                "required": needed % {"name": legal_name},
                "max_length": _("Your full name must be 200 letters or fewer"),
            },
        )
        self.fields["key"] = forms.UUIDField(
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(("required", "invalid"), _("Open this page again and sign")),
        )

    def _layout(self) -> Layout:
        return Layout(*map(self._section, self.asked()), "signature", "key")

    def _section(self, name: str) -> Div:
        """One consent below its own heading and text."""
        named = str(self.facts.given.get(NAMED) or "") if name == PRESCRIBER else ""
        above = WordsAbove(words_of(self.facts.protocol.questions[name]), named)
        return Div(above, name, css_class="consent")

    def clean(self) -> dict[str, Any]:
        """The consents as on any page, the signature, and the mark of the words that were read."""
        cleaned = super().clean()
        for name in ("signature", "key"):
            if name not in self.errors and is_missing(cleaned.get(name)):
                self.add_error(name, self.fields[name].error_messages["required"])
        if self.data.get("read") != self.mark:
            self.add_error("signature", READ_AGAIN)
        return cleaned
