"""A language that nobody speaks: its catalogue has every sentence, in white brackets, so that any other text shows."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import NullTranslations
from html import unescape
from typing import Final

import pytest
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real

CODE: Final = "de"
"""The code it borrows: Django has formats of dates for it, none with letters of their own."""
OPENS, CLOSES = "⟦", "⟧"
FILLED_IN: Final = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w+\})")
BLOCKS: Final = re.compile(
    r"(?s)<(script|style|textarea|svg)\b.*?</\1>|<!--.*?-->|<meta name=.(?:robots|viewport)[^>]*>"
)
ATTRIBUTE: Final = re.compile(r'\b(aria-label|title|alt|placeholder|data-busy|data-once-more|content)="([^"]*)"')
TAG: Final = re.compile(r"<[^>]*>")
LETTERS: Final = re.compile(r"[^\W\d_]{2}")


def bracketed(message: str) -> str:
    """A sentence in brackets, with what is filled in left outside them."""
    parts = FILLED_IN.split(message)
    return "".join(part if at % 2 or not part.strip() else f"{OPENS}{part}{CLOSES}" for at, part in enumerate(parts))


class Brackets(NullTranslations):
    """The catalogue."""

    def gettext(self, message: str) -> str:
        return bracketed(message)

    def ngettext(self, one: str, several: str, number: int) -> str:
        return bracketed(one if number == 1 else several)

    def pgettext(self, context: str, message: str) -> str:
        return bracketed(message)

    def npgettext(self, context: str, one: str, several: str, number: int) -> str:
        return bracketed(one if number == 1 else several)

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE


@contextmanager
def in_brackets() -> Iterator[None]:
    """The site in that language, for everybody who does not ask for another."""
    real = trans_real.translation
    languages = [(CODE, "⟦Deutsch⟧"), ("en-us", "⟦English⟧")]
    with pytest.MonkeyPatch.context() as patch, override_settings(LANGUAGES=languages, LANGUAGE_CODE=CODE):
        patch.setattr(trans_real, "translation", lambda code: Brackets() if code == CODE else real(code))
        with translation.override(CODE):
            yield


def outside(html: str) -> Iterator[str]:
    """Every text of a page that is in no brackets, also in attributes that are read out."""
    html = BLOCKS.sub("", html)
    for _, value in ATTRIBUTE.findall(html):
        yield from _outside(unescape(value))
    yield from _outside(TAG.sub("\n", html))


def _outside(text: str) -> Iterator[str]:
    """The stretches outside brackets that have a word in them; a tag inside brackets does not end them."""
    depth, found = 0, ""
    for part in re.split(r"([⟦⟧])", unescape(text)):
        if part in (OPENS, CLOSES):
            depth += 1 if part == OPENS else -1
        elif depth == 0:
            found += part
        if part == OPENS and depth == 1:
            found += "\n"
    yield from (" ".join(each.split()) for each in found.split("\n") if LETTERS.search(each))


def compiled(said: Mapping[str, str]) -> bytes:
    """A catalogue as a .mo file, which is what `manage.py compilemessages` makes."""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    pairs = [(key.encode(), text.encode()) for key, text in sorted({"": head, **said}.items())]
    begins = 28 + 16 * len(pairs)
    tables, strings = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), begins + len(strings))
            strings += pair[side] + b"\0"
    magic = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return magic + tables[0] + tables[1] + strings
