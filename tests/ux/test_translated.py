"""Every word of every patient page is in the language of the page, but for what somebody typed or a name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.utils import translation

from clinic.intake import consent_words, protocols
from clinic.intake.countries import NAMES as COUNTRIES
from clinic.pages import articles
from clinic.pages.states import STATES as AMERICAN
from screening import checks
from screening.joined import Joined
from screening.loading.languages import other_texts
from screening.wording import PageWords, QuestionWords, Words
from tests.translated import CODE, LETTERS, bracketed, in_brackets, outside
from tests.ux.conftest import _shown
from tests.ux.state import State
from tests.ux.states import STATES

pytestmark = pytest.mark.django_db
_named = protocols.named
NAMES: Final = (
    *("^[2-9A-Z]{8}$", r"\S+@\S*", r"LK-\w+", rf"2026-11/{CODE}(, [0-9a-f]{{12}})?", r"\b(mmHg|kg|cm|mg)\b"),
    *(
        "Larkfield Clinic",
        "Larkfield",
        "Threshold",
        r"SAMHSA(?! helpline\.)",
        r"findahelpline\.com",
        "English",
        "Español",
    ),
    *("Maya Rose Thompson", "Maya", "Somebody Else", r"\bSam\b", "Oakland CA", r"(Dr\. )?Ama Osei", "x{30,}", "xyzzy"),
    *("Midtown", "Harbor", r"210 Alder Street, 2nd floor", "18 Quay Road", r"London, Britain \(UK\)"),
    *("Zoloft", "Zolof", r"Zocor \(simvastatin\)", "sertraline", "hydroxyzine", "hydralazine"),
)
"""People, places, addresses, medicines, units and references: as they are in any language."""


@cache
def _with_words(name: str) -> Joined:
    """A protocol that has words in that language for every text: the English ones in brackets."""
    joined, b = _named(name), bracketed
    protocol = joined.protocol
    others = other_texts(protocol.services.values(), protocol.instruments.values(), protocol.rules)
    told = Words(
        parts={part.id: (b(part.title), b(part.hint)) for part in protocol.parts},
        pages={p.id: PageWords(b(p.title), b(p.hint), b(p.why), b(p.before)) for p in protocol.pages.values()},
        questions={
            q.id: QuestionWords(b(q.wording), b(q.hint), {option.code: b(option.label) for option in q.options})
            for q in protocol.questions.values()
        },
        texts={text: b(text) for text in others},
    )
    return replace(joined, protocol=replace(protocol, words={CODE: told}))


def _words_of_checks(place: Path) -> Path:
    """The folder of the short checks with a copy of each file in brackets beside it."""
    for path in checks.FOLDER.glob("*.toml"):
        texts = re.sub(r"(?m)^protocol = .*\n", "", path.read_text())
        texts = re.sub(r'(?m)^(\w+ = ")(.+)"$', lambda found: f'{found[1]}{bracketed(found[2])}"', texts)
        (place / path.name).write_text(path.read_text())
        (place / path.name).with_suffix(f".{CODE}.toml").write_text(texts)
    return place


def _in_files() -> list[str]:
    """What comes from files that have languages of their own, or none: articles, consents, crisis lines."""
    files = (*articles.TEXTS.rglob("*.toml"), consent_words.FILE, settings.CRISIS_LINES_FILE)
    read = [tomllib.loads(path.read_text()) for path in files]
    texts = {text for each in (*read, COUNTRIES, AMERICAN) for text in _texts(each) if LETTERS.search(text)}
    return sorted(texts, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    """Every text as a pattern; what is filled into it may be anything."""
    if isinstance(value, str):
        yield re.sub(r"\\\{.*?\\\}", ".*?", re.escape(" ".join(value.split())))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@pytest.fixture(scope="module")
def pages(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Mapping[str, str]]:
    """Every state of every page in that language."""
    words_of_checks = _words_of_checks(tmp_path_factory.mktemp("checks"))
    with in_brackets(), django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocols, "named", _with_words)
        patch.setattr(checks, "FOLDER", words_of_checks)
        _forget()
        yield {str(state): _in_that_language(state) for state in STATES}
        _forget()


def _forget() -> None:
    protocols.worded.cache_clear()
    checks.checks.cache_clear()


def _in_that_language(state: State) -> str:
    with translation.override(CODE):
        return _shown(state).html


def test_no_word_of_any_page_is_left_in_english(pages: Mapping[str, str]) -> None:
    not_ours = re.compile("|".join([*NAMES, *_in_files()]), re.IGNORECASE)
    forgotten: dict[str, list[str]] = {}
    for state, page in pages.items():
        for text in dict.fromkeys(outside(page)):
            if LETTERS.search(not_ours.sub("", text)):
                forgotten.setdefault(text, []).append(state)

    assert forgotten == {}


def test_every_page_has_the_switch_and_says_its_language(pages: Mapping[str, str]) -> None:
    without = [state for state, page in pages.items() if 'href="/language/?next=/' not in page]

    assert without == ["language plain"]
    assert [state for state, page in pages.items() if f'<html lang="{CODE}">' not in page] == []


def test_the_check_sees_a_word_that_is_forgotten() -> None:
    page = '<p aria-label="Forgotten">⟦Said ⟧15⟦ <i>in brackets</i>⟧</p><p>Left in English</p><script>var x</script>'

    assert list(outside(page)) == ["Forgotten", "Left in English"]
