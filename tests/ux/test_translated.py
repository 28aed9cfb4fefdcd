"""Every word of every patient page is in the language of the page, but for what somebody typed or a name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.utils import translation

from clinic.intake import consent_words, protocols
from clinic.intake.countries import NAMES as COUNTRIES
from clinic.pages import articles
from clinic.pages.states import STATES as AMERICAN
from screening.languages import in_language
from screening.loader import PROTOCOLS
from screening.protocol import Protocol
from screening.wording import PageWords, QuestionWords, Words
from tests.translated import CODE, bracketed, in_brackets, outside
from tests.ux.conftest import _shown
from tests.ux.states import STATES

pytestmark = pytest.mark.django_db
__all__ = ["in_brackets"]
NAMES: Final = r"""
Larkfield( Clinic)? | Threshold | SAMHSA | findahelpline\.com | Maya( Rose Thompson)? | Somebody Else | (Dr\. )?Ama Osei
Midtown | Harbor | \d+ (Alder|Quay) (Street|Road)(, 2nd floor)? | \S+@\S* | xyzzy
Zoloft | Zolof | sertraline | hydroxyzine | hydralazine | x{30,} | mmHg | kg | cm | mg | English | Español
"""
"""People, places, addresses, medicines and units: as they are in any language."""


def _worded(protocol: Protocol) -> Protocol:
    """A protocol with every text in brackets that a file of words has."""
    b = bracketed
    told = Words(
        parts={part.id: (b(part.title), b(part.hint)) for part in protocol.parts},
        pages={p.id: PageWords(b(p.title), b(p.hint), b(p.why), b(p.before)) for p in protocol.pages.values()},
        questions={
            q.id: QuestionWords(b(q.wording), b(q.hint), {option.code: b(option.label) for option in q.options})
            for q in protocol.questions.values()
        },
    )
    return in_language(replace(protocol, words={CODE: told}), CODE)


def _files() -> list[str]:
    """What comes from files that have languages of their own, or none: articles, consents, rules, crisis lines."""
    folders = (PROTOCOLS / settings.PROTOCOL, PROTOCOLS.parent / "checks", articles.TEXTS)
    files = [path for folder in folders for path in Path(folder).rglob("*.toml") if path.parent.name != "questions"]
    read = [tomllib.loads(path.read_text()) for path in (*files, consent_words.FILE, settings.CRISIS_LINES_FILE)]
    return [text for each in (*read, COUNTRIES, AMERICAN) for text in _texts(each)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield re.sub(r"\{.*?\}", "\0", re.escape(" ".join(value.split())))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@pytest.mark.usefixtures("in_brackets")
def test_no_word_of_any_page_is_left_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "worded", lambda name, language: _worded(protocols.named(name).protocol))
    longest_first = sorted({text for text in _files() if re.search("[A-Za-z]{2}", text)}, key=len, reverse=True)
    ours = re.compile("|".join([*longest_first, *(name.strip().replace(" ", r"\ ") for name in re.split(r"\s\|\s|\n", NAMES) if name.strip())]))
    forgotten: dict[str, list[str]] = {}
    for state in STATES:
        with translation.override(CODE):
            page = _shown(state).html
        for text in dict.fromkeys(outside(page)):
            if re.search(r"[^\W\d_]{2}", ours.sub("", text)):
                forgotten.setdefault(text, []).append(str(state))

    lines = [f"{text!r}: {states[0]} and {len(states) - 1} more" for text, states in forgotten.items()]
    assert not lines, "\n".join(lines)
