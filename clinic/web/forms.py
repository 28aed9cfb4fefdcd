"""What the small forms of all pages share."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django.forms import Field


class InPage:
    """A form whose page writes the form tag, the token and the button."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


def own_field(kept: Field) -> Field:
    """A copy, for one form, of a field that is made once: sharing what is in it, as Django copies those of a class."""
    field = _twin(kept)
    field.widget = _twin(kept.widget)
    field.widget.attrs = kept.widget.attrs.copy()
    return field


def _twin(thing: Any) -> Any:
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin
