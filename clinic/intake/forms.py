"""A Django form for one page of the protocol: one kind of field for each kind of question, chosen by a table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cached_property
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.intake import alike
from clinic.intake.countries import COUNTRIES, NAMES, REGIONS
from clinic.intake.hints import EMPTY, hint_of
from clinic.intake.journeys import anchor
from clinic.intake.measures import MeasureField
from clinic.web.widgets import RadioChoices, ThreePartDateField, TickBoxes
from screening.answers import UnreadableAnswer, is_visible, plain_text
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page
from screening.questions import Question

EXCLUSIVE: Final = ("none", "not_sure", "prefer_not", "skip")
LONGEST: Final = {"text": 200, "longtext": 4_000, "phone": 40, "email": 254}
OLDEST: Final = 120
"""No person is older. Source: clinical.md 5.2, age."""
NAMED: Final = {
    "legal_name": {"autocomplete": "name"},
    "preferred_name": {"autocomplete": "nickname"},
    "email": {"autocomplete": "email", "spellcheck": "false"},
    "phone": {"autocomplete": "tel"},
    "location_now": {"autocomplete": "address-level2"},
    "emergency_name": {"autocomplete": "off"},
    "emergency_phone": {"autocomplete": "off"},
}
Make = Callable[[Question, dict[str, Any]], forms.Field]


def _short(question: Question) -> str:
    """The first sentence of the wording, which errors name the question by; of a long one, both ends."""
    sentence = question.wording.split("? ")[0].split(". ")[0].strip(" .?")
    if len(sentence) <= 90:
        return sentence
    return f"{sentence[:40].rsplit(' ', 1)[0]} … {sentence[-45:].split(' ', 1)[1]}"


def _about(question: Question, sentence: str, **values: object) -> str:
    """A sentence that names the question it is about."""
    return sentence % {"question": _short(question), **values}


class OneLineField(forms.CharField):
    """A text of one line: a line break, which only a program sends, becomes a space and starts no header or line."""

    def to_python(self, value: Any) -> str:
        """The text as typed, in one line."""
        return " ".join(super().to_python(value).splitlines())


def _radio(question: Question, common: dict[str, Any]) -> forms.Field:
    choices = [(option.code, option.label) for option in question.options] or [("yes", _("Yes")), ("no", _("No"))]
    return forms.ChoiceField(
        choices=choices,
        widget=RadioChoices(exclusive=()),
        error_messages={
            "required": _about(question, _("Choose an answer to “%(question)s”")),
            "invalid_choice": _about(question, _("Choose one of the answers to “%(question)s”")),
        },
        **common,
    )


def _scale(question: Question, common: dict[str, Any]) -> forms.Field:
    if question.kind == "scale0_3":
        return _radio(question, common)
    ends = {option.code: option.label for option in question.options}
    choices = [(str(n), f"{n}: {ends[str(n)]}" if str(n) in ends else str(n)) for n in range(11)]
    return forms.ChoiceField(
        choices=choices,
        widget=RadioChoices(),
        error_messages={"required": _about(question, _("Choose a number for “%(question)s”"))},
        **common,
    )


def _ticks(question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=[(option.code, option.label) for option in question.options],
        widget=TickBoxes(exclusive=[o.code for o in question.options if o.code in EXCLUSIVE]),
        error_messages={
            "required": _about(question, _("Choose at least one answer to “%(question)s”")),
            "invalid_choice": _about(question, _("Choose from the answers to “%(question)s”")),
        },
        **common,
    )


def _line(question: Question, common: dict[str, Any]) -> forms.Field:
    limit = LONGEST[question.kind]
    widget = forms.TextInput(attrs={"autocapitalize": "sentences", **NAMED.get(question.id, {})})
    if question.kind == "phone":
        widget.input_type = "tel"
    if question.kind == "email":
        widget.input_type = "email"
    return OneLineField(widget=widget, **_text_rules(question, limit, common))


def _long(question: Question, common: dict[str, Any]) -> forms.Field:
    limit = LONGEST["longtext"]
    words = {"data-left": _("{n} letters left"), "data-over": _("{n} letters too many")}
    widget = forms.Textarea(attrs={"rows": 5, "data-most": limit, **words})
    return forms.CharField(widget=widget, **_text_rules(question, limit, common))


def _text_rules(question: Question, limit: int, common: dict[str, Any]) -> dict[str, Any]:
    messages = {
        "required": EMPTY.get(question.id) or _about(question, _("Answer “%(question)s”")),
        "max_length": _about(
            question, _("Your answer to “%(question)s” must be %(limit)s letters or fewer"), limit=format(limit, ",")
        ),
    }
    return {"max_length": limit, "error_messages": messages, **common}


def _number(question: Question, common: dict[str, Any]) -> forms.Field:
    if question.other_unit:
        return MeasureField(question.unit, **common)
    kind = forms.IntegerField if question.kind == "integer" else forms.FloatField
    lowest = 1 if question.unit else 0  # a measure of 0 is impossible, a count of 0 is not
    return kind(
        min_value=lowest,
        max_value=9_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric" if question.kind == "integer" else "decimal"}),
        error_messages={
            "required": _about(question, _("Enter a number for “%(question)s”")),
            "invalid": _about(question, _("The answer to “%(question)s” must be a number, like 120")),
            "min_value": _about(question, _("The number for “%(question)s” must be %(lowest)s or more"), lowest=lowest),
            "max_value": _about(question, _("The number for “%(question)s” is too large. Check it")),
        },
        **common,
    )


def _date(question: Question, common: dict[str, Any]) -> forms.Field:
    is_birthday = question.id == "dob"
    return ThreePartDateField(
        name=_("your date of birth") if is_birthday else _("the date"),
        autocomplete="bday" if is_birthday else "",
        earliest=date(timezone.localdate().year - OLDEST + 1, 1, 1),
        latest=date.today,
        **common,
    )


def _country(question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", _("Choose a country")), *COUNTRIES],
        error_messages={"required": _("Choose the country you are in")},
        **common,
    )


def _region(question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", _("Choose a state, province or region")), *REGIONS],
        error_messages={"required": _("Choose the state, province or region you are in")},
        **common,
    )


def _tick(question: Question, common: dict[str, Any]) -> forms.Field:
    if not question.required and not question.wording.endswith("(optional)"):
        common = {**common, "label": _("%(wording)s (optional)") % {"wording": question.wording}}
    return forms.BooleanField(
        error_messages={"required": _about(question, _("Tick the box if you agree: “%(question)s”"))},
        **common,
    )


FIELDS: Final[dict[str, Make]] = {
    "single": _radio,
    "yesno": _radio,
    "scale0_3": _scale,
    "scale0_10": _scale,
    "multi": _ticks,
    "text": _line,
    "phone": _line,
    "email": _line,
    "longtext": _long,
    "integer": _number,
    "number": _number,
    "date": _date,
    "country": _country,
    "region": _region,
    "checkbox": _tick,
}
"""One maker for each kind of question."""


class PlainlyNumbered(forms.BoundField):
    """A field that its page knows by a number: links to it stand in addresses, which must not say what is asked."""

    @cached_property
    def auto_id(self) -> str:
        """`q57` for question 57 of the protocol."""
        return anchor(self.form.facts.protocol, self.name) or super().auto_id


class PageForm(forms.Form):
    """The questions of one page; which of them must be answered is decided from the answers on the page itself."""

    use_required_attribute = False
    bound_field_class = PlainlyNumbered

    def __init__(self, page: Page, journey: Journey, data: Any = None) -> None:
        self.page, self.journey = page, journey
        self.facts = journey.facts
        answers = self.facts.given
        super().__init__(data, initial={q: answers[q] for q in page.questions if q in answers})
        for question_id in _may_be_shown(page, journey):
            question = self.facts.protocol.questions[question_id]
            if question.kind in FIELDS:
                self.fields[question_id] = alike.field(question, _made)

    @cached_property
    def helper(self) -> FormHelper:
        """How the page shows its fields; not made for answers that are only taken."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
        helper.layout = self._layout()
        return helper

    def _layout(self) -> Layout:
        is_matrix = self.page.kind == "rows"
        look = {"wrapper_class": "compact", "css_class": "matrix"} if is_matrix else {}
        return Layout(alike.Questions(*self.fields, **look))

    def _clean_fields(self) -> None:
        """Let Django read the fields without asking for any; `clean` asks for those that are shown."""
        asked = [field for field in self.fields.values() if field.required]
        for field in asked:
            field.required = False
        super()._clean_fields()
        for field in asked:
            field.required = True

    def clean(self) -> dict[str, Any]:
        """Require what is shown given the answers on this very page, and refuse "none" together with something."""
        cleaned = super().clean() or {}
        shown = self._shown()
        for name, question in self.asked().items():
            if name in self.errors:
                continue
            if name in shown and question.required and is_missing(cleaned.get(name)):
                self.add_error(name, ValidationError(self.fields[name].error_messages["required"], "required"))
            elif question.kind == "multi":
                self._refuse_none_with_others(name, cleaned.get(name) or [])
        self._refuse_foreign_region(cleaned)
        return cleaned

    def _shown(self) -> Collection[str]:
        """What is shown given the answers on this page; where these decide about no question, it is what was shown."""
        is_steering = not self.facts.protocol.steering.isdisjoint(self.page.questions)
        return self.shown_with(self.answers()) if is_steering else self.facts.answers.keys()

    def _refuse_foreign_region(self, cleaned: dict[str, Any]) -> None:
        country, region = cleaned.get("country"), cleaned.get("region")
        if country and region and not region.startswith(f"{country}-"):
            message = _("Choose a state, province or region in %(country)s, or change the country")
            self.add_error("region", ValidationError(message % {"country": NAMES[country]}, "elsewhere"))

    def _refuse_none_with_others(self, name: str, ticked: list[str]) -> None:
        alone = [code for code in ticked if code in EXCLUSIVE]
        if alone and len(ticked) > 1:
            label = self.facts.protocol.questions[name].label(alone[0])
            self.add_error(
                name, ValidationError(_("Choose “%(label)s” alone, or take it away") % {"label": label}, "alone")
            )

    def asked(self) -> dict[str, Question]:
        """The questions of the protocol that have a field on this page."""
        questions = self.facts.protocol.questions
        return {name: questions[name] for name in self.fields if name in questions}

    def answers(self) -> dict[str, Any]:
        """What was answered, in the shapes that are stored; None takes an answer back."""
        told: dict[str, Any] = {}
        for name, question in self.asked().items():
            value = self.cleaned_data.get(name)
            value = value.isoformat() if isinstance(value, date) else value
            value = ("yes" if value else None) if question.kind == "checkbox" else value
            told[name] = _stored(question, value)
        return told

    def shown_with(self, answers: dict[str, Any]) -> frozenset[str]:
        """The questions that are shown when these answers join the ones given before."""
        facts = self.facts
        given = {**facts.given, **answers}
        return frozenset(Facts(facts.protocol, given, facts.on, facts.clinic, facts.medications).shown)


def _stored(question: Question, value: Any) -> Any:
    """An answer in the shape that is stored; a text that nobody can see answers nothing, and is kept as typed."""
    try:
        answer = question.read(value)
    except UnreadableAnswer:
        return None
    if answer is None and isinstance(value, str):
        return plain_text(value) or None
    return list(answer) if isinstance(answer, tuple) else answer


def is_missing(value: Any) -> bool:
    """True for no answer, also for a text of which nobody can see anything."""
    return value in (None, "", [], False) or (isinstance(value, str) and not is_visible(plain_text(value)))


def _made(question: Question) -> forms.Field:
    common = {"label": question.wording, "help_text": hint_of(question), "required": question.required}
    return FIELDS[question.kind](question, common)


def _may_be_shown(page: Page, journey: Journey) -> list[str]:
    """The questions of a page that are shown, or may be once others on the same page are answered."""
    questions = journey.facts.protocol.questions
    shown = set(journey.facts.shown)
    here = set(page.questions)
    possible = []
    for name in page.questions:
        condition = questions[name].show_if
        if name in shown or (condition is not None and here & set(condition.reads)):
            possible.append(name)
    return possible
