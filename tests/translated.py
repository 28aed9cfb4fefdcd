"""A language that nobody speaks: its catalogue has every sentence, in white brackets, so that any other text shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations
from html import unescape
from typing import Any, Final

import pytest
from django.utils import translation
from django.utils.translation import trans_real

CODE: Final = "de"
"""The code it borrows: Django has formats of dates for it, none with letters of their own."""
OPENS, CLOSES = "⟦", "⟧"
FILLED_IN: Final = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w+\})")
BLOCKS: Final = re.compile(
    r"(?s)<(script|style|textarea|svg)\b.*?</\1>|<!--.*?-->|<meta name=.(?:robots|viewport)[^>]*>"
)
ATTRIBUTE: Final = re.compile(r'\b(aria-label|title|alt|placeholder|data-busy|content)="([^"]*)"')
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


@pytest.fixture
def in_brackets(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site in that language, for everybody who does not ask for another."""
    settings.LANGUAGES = [(CODE, "⟦Deutsch⟧"), ("en-us", "⟦English⟧")]
    settings.LANGUAGE_CODE = CODE
    real = trans_real.translation
    monkeypatch.setattr(trans_real, "translation", lambda code: Brackets() if code == CODE else real(code))
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
