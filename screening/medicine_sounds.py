"""How a medicine's name sounds, so that a name written by ear is found."""

from __future__ import annotations

import re
from typing import Final

# In order. Each turns a spelling into the plainest one that is said alike in English; vowels stay.
_RULES: Final = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"^x", "z"),
        (r"^ps", "s"),
        (r"^kn", "n"),
        ("ph", "f"),
        ("ght", "t"),
        ("gh", "g"),
        ("th", "t"),
        ("ch", "k"),
        ("sh", "s"),
        ("ck", "k"),
        ("sc(?=[eiy])", "s"),
        ("x", "ks"),
        ("qu", "kw"),
        ("q", "k"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("z", "s"),
        ("w(?=r)", ""),
        ("h", ""),
        ("y", "i"),
        ("j", "g"),
        ("v", "f"),
        (r"(.)\1+", r"\1"),
        ("e$", ""),
    )
)


_VOWELS: Final = re.compile("[aeiou]+")


def sound(key: str) -> str:
    """The sound of a folded name: names said alike become the same letters ("vivance" and "vyvanse" do).

    Args:
        key: a folded name of bounded length.

    Returns:
        Lower-case letters and digits, never longer than twice the name.
    """
    for pattern, plain in _RULES:
        key = pattern.sub(plain, key)
    return key


def outline(said: str) -> str:
    """The outline of a sound: its consonants with one mark for any vowels between, as vowels are what people mix up.

    Args:
        said: what `sound` gave ("fikaden" and "fikodin" have one outline).
    """
    return _VOWELS.sub("a", said)
