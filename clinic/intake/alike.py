"""What is the same for everybody who is asked a question: made once for a process, and never with an answer in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms import BaseForm, Field
from django.utils.translation import get_language

from clinic.intake.journeys import anchor
from clinic.web.forms import own_field
from clinic.web.rendering import Fields, field_html
from screening.questions import Question

ALIKE: Final = frozenset({"single", "yesno", "scale0_3", "scale0_10", "multi", "checkbox"})
"""Kinds whose fields say nothing of today."""
NOTES: Final = "\0notes\0"
_fields: Final[dict[tuple[int, str | None], tuple[Question, Field]]] = {}
_blank: Final[dict[tuple[object, ...], tuple[Question, str, str, str]]] = {}
"""By the `id()` of a question and what its looks hang on. The question is held, so that no other gets its `id()`."""


def field(question: Question, make: Callable[[Question], Field]) -> Field:
    """The field of a question for one form; what is the same in all of them is made once, as Django does for a class.

    Args:
        question: what is asked.
        make: how its field is made, in the language of the page.
    """
    if question.kind not in ALIKE:
        return make(question)
    key = (id(question), get_language())
    if key not in _fields:
        _fields[key] = (question, make(question))
    return own_field(_fields[key][1])


class Questions(Fields):
    """The questions of a page; one that nobody answered yet is written once for all who will read it."""

    def written(self, form: BaseForm, name: str, look: Mapping[str, Any]) -> str:
        """The HTML of one question; with an answer or an error in it, it is this person's and written anew."""
        question = form.facts.protocol.questions.get(name)
        language = get_language()
        if question is None or form.is_bound or name in form.initial:
            return super().written(form, name, look)
        if not _is_as_made(question, form.fields[name], language):
            return super().written(form, name, look)
        is_heading = look.get("heading_field") == name
        key = (id(question), language, anchor(form.facts.protocol, name), self.wrapper_class, is_heading)
        if key not in _blank:
            plain = {"wrapper_class": self.wrapper_class, "heading_field": look.get("heading_field"), "notes": NOTES}
            _blank[key] = (question, *field_html(form[name], plain).partition(NOTES))
        _, before, notes, after = _blank[key]
        return f"{before}{look.get('notes', '') if notes else ''}{after}"


def _is_as_made(question: Question, field: Field, language: str | None) -> bool:
    """True where a form changed nothing of the field that is made once, such as whether it must be answered."""
    kept = _fields.get((id(question), language))
    if kept is None:
        return False
    made, widget = vars(kept[1]), vars(kept[1].widget)
    return vars(field) == made | {"widget": field.widget} and vars(field.widget) == widget
