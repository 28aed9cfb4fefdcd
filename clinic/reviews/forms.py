"""Is this decision acceptable as input? What it takes to sign one is in `actions.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import reopening
from clinic.reviews.models import Letter, ReasonCode, Route, Snippet
from clinic.reviews.second import clinicians
from clinic.reviews.signing import (
    REASON_CHARACTERS,
    Contact,
    ContactNotRecorded,
    ReasonNeeded,
    is_explained,
    must_be_explained,
    must_follow_a_talk,
)
from clinic.reviews.snippets import after, in_letter
from clinic.reviews.suggestion import suggested_route
from clinic.web.widgets import RadioChoices
from screening.protocol import Protocol

MOST_WORDS = 4_000
KEPT_IN_A_DRAFT = (
    *("route", "contacted_by", "contacted_at", "reason_code", "reason"),
    *("conditions", "asks", "words_to_patient", "valid_until"),
)
LOCAL_TIME = "%Y-%m-%dT%H:%M"
NOBODY_SPOKE = "Choose who spoke with the patient, or press “I spoke with them just now”. Until then it stays open"
BOTH = "You pressed “I spoke with them just now”, and named another talk"


def offer(people: Iterable[User], *selects: forms.ModelChoiceField) -> None:
    """Show the same people in several selects of a page, read once."""
    names = [(each.pk, each.name) for each in people]
    for select in selects:
        select.choices = [("", select.empty_label), *names]


class DecisionForm(forms.Form):
    """The decision panel. Nothing is chosen beforehand; times are those of the clinic."""

    use_required_attribute = False

    route = forms.ChoiceField(
        label="Decision",
        choices=Route.choices,
        widget=RadioChoices,
        error_messages={"required": "Choose a decision", "invalid_choice": "Choose one of the decisions on the page"},
    )
    spoke_now = forms.BooleanField(label="I spoke with them just now", required=False, widget=forms.HiddenInput)
    contacted_by = forms.ModelChoiceField(
        label="Who spoke with the patient", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    contacted_at = forms.DateTimeField(
        label="When",
        required=False,
        input_formats=[LOCAL_TIME, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME),
        error_messages={"invalid": "Enter when somebody spoke with the patient as a date and a time"},
    )
    reason_code = forms.ChoiceField(
        label="Why it differs from the protocol",
        required=False,
        choices=[("", "Choose"), *ReasonCode.choices],
    )
    reason = forms.CharField(
        label="Reason, for the record",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": f"Shorten the reason to {MOST_WORDS:,} characters"},
    )
    conditions = forms.CharField(label="Conditions", required=False, max_length=MOST_WORDS)
    asks = forms.MultipleChoiceField(
        label="Questions to ask again",
        required=False,
        error_messages={"invalid_choice": "Choose from the questions on the page"},
    )
    words_to_patient = forms.CharField(
        label="Your words to the patient (optional)",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "Shorten your words to the patient to 1,000 characters"},
    )
    valid_until = forms.DateField(
        label="Last day it holds",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter the last day it holds as a date"},
    )
    basis_answers_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    basis_seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    overrides_stop = forms.BooleanField(required=False, widget=forms.HiddenInput)
    wants_second = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, record: ScreeningRecord, by: User, now: datetime, is_draft: bool = False, **kwargs: Any
    ) -> None:
        """Take what is decided about, who signs, and the moment. What the protocol suggests is marked, not chosen.

        A draft may lack anything; what is there must be readable.
        """
        super().__init__(*args, **kwargs)
        self.record, self.by, self.now, self.is_draft = record, by, now, is_draft
        self.fields["route"].required = not is_draft
        suggested = suggested_route(record)
        self.fields["route"].widget.hints = {suggested.value: "Protocol"} if suggested else {}
        self.fields["contacted_by"].queryset = clinicians()
        questions = [each for part in reopening.askable(record) for each in part.asked] if self.is_bound else []
        self.fields["asks"].choices = [(each.question, each.wording) for each in questions]

    def clean_valid_until(self) -> Any:
        """A decision that is over before it begins is a slip of the pen."""
        day = self.cleaned_data["valid_until"]
        if day and day < timezone.localtime(self.now).date():
            raise ValidationError("The last day it holds must be today or later")
        return day

    def clean(self) -> dict[str, Any]:
        """Who spoke and when belong together, and a talk lies in the past."""
        cleaned = super().clean() or {}
        if self.is_draft:
            return cleaned
        by, at = cleaned.get("contacted_by"), cleaned.get("contacted_at")
        if cleaned.get("spoke_now") and (by or at):
            self.add_error("spoke_now", f"{BOTH}: say one of the two")
        if by and not at and "contacted_at" not in self.errors:
            self.add_error("contacted_at", "Enter when they spoke with the patient")
        if at and not by:
            self.add_error("contacted_by", "Choose who spoke with the patient")
        if at and at > self.now:
            self.add_error("contacted_at", "The talk with the patient must be in the past")
        if "route" in cleaned:
            self._ask_for_what_is_missing(cleaned["route"], cleaned)
        return cleaned

    @property
    def told(self) -> dict[str, Any]:
        """What stands in the panel, as it is kept in a draft and shown again."""
        return {name: self[name].data for name in KEPT_IN_A_DRAFT if self[name].data}

    def put_in(self, snippet: Snippet) -> None:
        """Put a ready sentence behind what stands in its field, if there is room."""
        field, text = self.fields[snippet.place], after(self.cleaned_data[snippet.place], snippet)
        if field.max_length and len(text) > field.max_length:
            self.add_error(snippet.place, field.error_messages["max_length"])
            return
        self.data = self.data.copy()
        self.data[snippet.place] = text

    @property
    def contact(self) -> Contact | None:
        """Who spoke with the patient and when, if somebody did: the one who signs at this moment, or as it was told."""
        if self.cleaned_data.get("spoke_now"):
            return Contact(self.now, self.by)
        at, by = self.cleaned_data.get("contacted_at"), self.cleaned_data.get("contacted_by")
        return Contact(at, by) if at and by else None

    def _ask_for_what_is_missing(self, route: str, told: dict[str, Any]) -> None:
        """Say everything that this decision still needs at once, and not one thing after the other."""
        if route != Route.ASK_FOR_MORE:
            told["asks"] = []
        elif not told.get("asks") and "asks" not in self.errors:
            self.add_error("asks", "Tick the questions that you want to ask again")
        elif len(told.get("asks", ())) > reopening.MOST_ASKED:
            self.add_error("asks", f"Ask {reopening.MOST_ASKED} questions at most, or call the patient")
        try:
            must_follow_a_talk(self.record, route, self.contact, self.now)
        except ContactNotRecorded:
            if not {"contacted_by", "contacted_at"} & set(self.errors):
                self.add_error("contacted_by", NOBODY_SPOKE)
                self.add_error("contacted_at", "Enter when they spoke, after the answers came in")
        try:
            must_be_explained(self.record, route, told.get("reason", ""), told.get("reason_code", ""))
        except ReasonNeeded as needed:
            if needed.code_too and not told.get("reason_code"):
                self.add_error("reason_code", "Choose why it differs from what the protocol suggests")
            if not is_explained(told.get("reason", "")):
                self.add_error("reason", f"Write the reason, in {REASON_CHARACTERS} characters or more")


class ReopenForm(forms.Form):
    """Why a standing decision is set aside."""

    use_required_attribute = False

    reason = forms.CharField(
        label="Why it is opened again",
        max_length=MOST_WORDS,
        min_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": f"Write why it is opened again, in {REASON_CHARACTERS} characters or more",
            "min_length": f"Write why it is opened again, in {REASON_CHARACTERS} characters or more",
            "max_length": f"Shorten it to {MOST_WORDS:,} characters",
        },
    )


class SaveViewForm(forms.Form):
    """A name for the filters that are on."""

    use_required_attribute = False

    name = forms.CharField(
        label="Name of this view",
        max_length=40,
        error_messages={"required": "Enter a name for this view", "max_length": "Shorten the name to 40 letters"},
    )
    view = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)


class NoteForm(forms.Form):
    """Something the next reader should know."""

    use_required_attribute = False

    text = forms.CharField(
        label="Note",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write the note", "max_length": f"Shorten the note to {MOST_WORDS:,} characters"},
    )


class MatchForm(forms.Form):
    """Which medicine the patient's words mean: one that is near, or any that the protocol assesses."""

    use_required_attribute = False

    ingredient = forms.ChoiceField(
        label="Which medicine is it?",
        required=False,
        widget=RadioChoices,
        error_messages={"invalid_choice": "Choose one of the medicines on the page"},
    )
    other = forms.ChoiceField(
        label="Another one", required=False, error_messages={"invalid_choice": "Choose a medicine from the list"}
    )

    def __init__(self, *args: Any, protocol: Protocol, near: Sequence[str], **kwargs: Any) -> None:
        """Take the protocol, whose medicines can be chosen, and those whose names are near."""
        super().__init__(*args, **kwargs)
        self.fields["ingredient"].choices = [*((name, name) for name in near), ("", "Another one, from the list")]
        self.fields["other"].choices = [("", "Choose"), *((name, name) for name in sorted(protocol.medications))]

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("ingredient") or cleaned.get("other")):
            self.add_error("other", "Choose a medicine. If it is none of them, go back: it stays as they typed it")
        return cleaned


class PassOnForm(forms.Form):
    """Who takes it on; nobody gives it back to everybody."""

    use_required_attribute = False

    to = forms.ModelChoiceField(
        label="Pass on to",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody: whoever is free",
        error_messages={"invalid_choice": "Choose a clinician"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only people who may decide can take it on."""
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = clinicians()


class LetterForm(forms.Form):
    """The words of a letter that was not sent."""

    use_required_attribute = False

    to = forms.CharField(label="To, as the patient named them", required=False, max_length=300)
    text = forms.CharField(
        label="Letter",
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        error_messages={"required": "Write the letter", "max_length": "Shorten the letter to 6,000 characters"},
    )

    def put_in(self, snippet: Snippet) -> bool:
        """Put a ready sentence above how the letter ends; False when there is no room."""
        text = in_letter(self.cleaned_data["text"], snippet)
        if len(text) > self.fields["text"].max_length:
            self.add_error("text", self.fields["text"].error_messages["max_length"])
            return False
        self.cleaned_data["text"] = text
        return True


class SentForm(forms.Form):
    """How a letter went out."""

    use_required_attribute = False

    way = forms.ChoiceField(
        label="How it was sent",
        choices=[("", "Choose"), *Letter.Way.choices],
        error_messages={"required": "Choose how it was sent", "invalid_choice": "Choose how it was sent"},
    )
