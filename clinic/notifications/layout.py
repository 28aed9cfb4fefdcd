"""The words of a message as simple HTML: the same words, one column, nothing fetched, nothing counted."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.conf import settings
from django.template import Context, Engine, Template
from django.utils.translation import get_language, get_language_bidi

ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")


@cache
def _layout() -> Template:
    return Engine(dirs=[settings.BASE_DIR / "templates" / "messages"], autoescape=True).get_template("_layout.html")


def html_of(text: str) -> str:
    """A whole HTML page with the words of a message; what somebody typed into it is escaped.

    Args:
        text: as it is sent in plain text; a blank line ends a paragraph.
    """
    paragraphs = [_paragraph(each) for each in re.split(r"\n\s*\n", text.strip())]
    known = {
        "name": settings.CLINIC_NEUTRAL_NAME,
        "paragraphs": paragraphs,
        "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
        "reads_from": "rtl" if get_language_bidi() else "ltr",
    }
    return _layout().render(Context(known))


def _paragraph(text: str) -> list[list[tuple[str, str]]]:
    """Lines of pieces; a piece is words, or words and the address they lead to."""
    return [_pieces(line) for line in text.splitlines()]


def _pieces(line: str) -> list[tuple[str, str]]:
    found, begin = [], 0
    for match in ADDRESS.finditer(line):
        address = match.group().rstrip(".,;:)")
        found += [(line[begin : match.start()], ""), (address, address)]
        begin = match.start() + len(address)
    return [piece for piece in [*found, (line[begin:], "")] if piece[0]]
