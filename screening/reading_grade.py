"""How hard a text is to read: the Flesch-Kincaid grade, worked out offline. It helps to prioritise only."""

from __future__ import annotations

import re

SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
SILENT_END = re.compile(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$")
VOWELS = re.compile(r"[aeiouy]{1,2}")


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if len(letters) <= 3:
        return 1
    return max(1, len(VOWELS.findall(SILENT_END.sub("", letters).removeprefix("y"))))


def grade(text: str) -> float:
    """The school grade a text needs; 0.0 for a text without words.

    Args:
        text: English sentences.
    Source:
        Kincaid, Fishburne, Rogers and Chissom, 1975.
    """
    sentences = [part for part in SENTENCE_END.split(text) if WORD.search(part)]
    words = WORD.findall(text)
    if not words or not sentences:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
