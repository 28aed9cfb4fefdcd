"""Several words as one: `one, another and a third`, in the language of the page."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _


def all_of(words: Sequence[str]) -> str:
    """`one`, `one and another`, `one, another and a third`; nothing of none."""
    if len(words) < 2:
        return "".join(map(str, words))
    return _("%(others)s and %(last)s") % _split(words)


def either_of(words: Sequence[str]) -> str:
    """`one`, `one or another`, `one, another or a third`; nothing of none."""
    if len(words) < 2:
        return "".join(map(str, words))
    return _("%(others)s or %(last)s") % _split(words)


def _split(words: Sequence[str]) -> dict[str, str]:
    return {"others": ", ".join(map(str, words[:-1])), "last": str(words[-1])}
