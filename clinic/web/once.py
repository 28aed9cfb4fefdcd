"""Parts of a page that say the same to all who are told the same: written once for a process, not for each page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST: Final = 2_000
"""Kept parts; what they are told is of the clinic, of countries and of pages, so there are a few hundred a language."""
_kept: Final[dict[tuple[str, str | None, str], SafeString]] = {}


def written(template_name: str, told: Mapping[str, object]) -> SafeString:
    """A template that knows nothing but what it is told here, so that nothing about a person can stay in it.

    Args:
        template_name: of the part.
        told: all that it may hang on, beside the language: texts, numbers, yes or no, and mappings of these.
    Raises:
        TypeError: it is told something else, of which two that differ may look alike.
    """
    key = (template_name, get_language(), json.dumps(told, default=_in_words))
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = render_to_string(template_name, dict(told))
    return _kept[key]


def _in_words(value: object) -> str:
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(type(value).__name__)
