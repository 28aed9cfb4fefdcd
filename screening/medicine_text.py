"""Typed text made comparable: cleaned of what cannot be seen, folded for comparing, cut into tokens."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

MAX_TEXT: Final = 10_000
_BLOCK: Final = 2_000  # one character can become eighteen in normal form, so a text is taken in blocks
_APOSTROPHES: Final = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032\u02bc\u02b9\u00b4\u0060\uff07"), "'")
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212"), "-")
_MARKS: Final = str.maketrans({"\u2044": "/", "\u2215": "/", "\u2122": " ", "\u2120": " "}) | _APOSTROPHES | _DASHES
_NOT_ALNUM: Final = {n: None for n in range(128) if not chr(n).isalnum()}
# Letters of other alphabets that look like Latin ones. Only ever used to find a suggestion, never an exact match.
_LOOKS_LATIN: Final = str.maketrans(
    "абвсԁеєгһіїјкмнопрԛѕтуԝхуαβεικνορτυχωηγıłøđɑɡ",
    "abbcdeerhiijkmhonpqstywxyabeikvoptuxwnyilodag",
)
_ALPHABET_FREE: Final = frozenset("\n\t ")


class Token(NamedTuple):
    """A word, a number or a mark, with its place in the cleaned text.

    `kind` is "word", "number", "cut" (comma, slash, bracket...), "line" (a new line or semicolon) or "mark" (the rest).
    `glued` says that no space stands before it.
    """

    key: str
    start: int
    end: int
    kind: str
    glued: bool


def clean(text: str) -> tuple[str, bool]:
    """The text in normal form without invisible characters, and whether all of it was kept.

    Args:
        text: anything; only the first 10,000 characters are looked at.

    Returns:
        The cleaned text (full-width letters made plain, apostrophes and dashes unified, zero-width, direction and
        control characters removed, lone surrogates replaced) and False when something was left off at the end.
    """
    looked_at = text[:MAX_TEXT]
    if looked_at.isascii() and looked_at.isprintable():
        return looked_at, len(text) <= MAX_TEXT
    kept, length, begin = [], 0, 0
    while begin < len(looked_at) and length < MAX_TEXT:
        block = unicodedata.normalize("NFKC", looked_at[begin : begin + _BLOCK].translate(_MARKS)).translate(_MARKS)
        kept.append("".join(_visible(char) for char in block))
        length += len(block)
        begin += _BLOCK
    whole = "".join(kept)
    return whole[:MAX_TEXT], begin >= len(text) and len(whole) <= MAX_TEXT


def _visible(char: str) -> str:
    if char.isprintable() or char in _ALPHABET_FREE:
        return char
    category = unicodedata.category(char)
    if category in {"Zl", "Zp"} or char in "\r\v\f\x85":
        return "\n"
    if category == "Zs":
        return " "
    return "\ufffd" if category == "Cs" else ""


def fold(text: str) -> str:
    """The letters and digits of a name in lower case without accents: what exact matching compares."""
    text = text.casefold()
    if text.isascii():
        return text if text.isalnum() else text.translate(_NOT_ALNUM)
    text = unicodedata.normalize("NFKD", text)
    return "".join(char for char in text if char.isalnum())


def latin(key: str) -> str:
    """A folded name with look-alike letters of other alphabets read as Latin ones; for suggestions only."""
    return key if key.isascii() else key.translate(_LOOKS_LATIN)


_TOKEN: Final = re.compile(
    r"(?P<dotted>(?:[^\W\d_]\.){1,12}[^\W\d_]\b\.?)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|'(?=[^\W\d_]))*)"
    r"|(?P<listed>(?<!\S)\d{1,2}[.)](?=\s+[^\W\d_]))"
    r"|(?P<number>(?:(?<!\w)\.)?\d+(?:[.,/]\d+)*)"
    r"|(?P<line>[\n;|\u2022\u00b7\u2023\u25cf\u25aa*]|\.(?=\s+[A-Z]))"
    r"|(?P<cut>[,/+&()\[\]{}:=<>\u2013\u2014\u3001\u3002\u060c]|-(?=\s)|(?<=\s)-)"
    r"|(?P<mark>[^\s\w]|_)"
)
_SAME_KIND: Final = {"dotted": "word", "listed": "line"}
_ABBREVIATED: Final = frozenset({"st", "dr", "mr", "mrs", "approx", "vit", "no"})


def tokens(text: str) -> list[Token]:
    """The words, numbers and marks of a cleaned text, in order. Linear in the length of the text."""
    found: list[Token] = []
    end = -1
    for hit in _TOKEN.finditer(text):
        kind = hit.lastgroup or "mark"
        word = hit.group()
        if kind in _SAME_KIND:
            kind = _SAME_KIND[kind]
        if word == "." and kind == "line" and found and found[-1].key in _ABBREVIATED:
            kind = "mark"
        key = fold(word) if kind in {"word", "number"} else word
        found.append(Token(key, hit.start(), hit.end(), kind, hit.start() == end))
        end = hit.end()
    return found
