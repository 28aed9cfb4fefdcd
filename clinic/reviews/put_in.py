"""What was put into a template for one patient, marked so that it can be told from the template's own words."""

from __future__ import annotations

import re
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

BEGINS, ENDS = "\ue000", "\ue001"
"""Of the private use area: nobody types them, and they survive any template."""
FENCED: Final = re.compile(f"{BEGINS}(.*?){ENDS}", re.DOTALL)


def fence(text: str) -> str:
    """A word with a mark on either side, for a template of plain text."""
    return f"{BEGINS}{text}{ENDS}"


def mark(text: object) -> SafeString:
    """A word as it stands in a template of HTML."""
    return format_html("<mark>{}</mark>", text)


def marked(text: str) -> SafeString:
    """Plain text as HTML, with what was fenced marked."""
    safe = escape(text).replace(BEGINS, "<mark>").replace(ENDS, "</mark>")
    return mark_safe(safe)  # noqa: S308  # nosec B308 B703 - it was escaped in the line above


def marked_as(template: str, text: str) -> SafeString:
    """Plain text that somebody changed since, with what was put in marked where it still stands word for word.

    Args:
        template: the text as it was made, fenced.
        text: as it is now.
    """
    words = sorted({word for word in FENCED.findall(template) if word.strip()}, key=len, reverse=True)
    if not words:
        return marked(text)
    known = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words))
    return marked(known.sub(lambda found: fence(found[0]), text))
