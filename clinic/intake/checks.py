"""System checks of what new intakes answer: the protocol is right, and each language has words for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import to_locale

from clinic.intake import consent_words
from screening import checks as short_checks
from screening.languages import in_language
from screening.loader import NotAProtocol, published


def protocol_is_right(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """One error for all mistakes of the protocol folder, or of its short checks, with file and line of each."""
    try:
        protocol = published(settings.PROTOCOL)
        for code, _ in settings.LANGUAGES:
            short_checks.checks(protocol.name, protocol.parts[0].id, code)
    except NotAProtocol as mistakes:
        return [Error(str(mistakes), id="intake.E001")]
    return []


def languages_have_words(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A warning for each thing that patients would read in English although they chose another language."""
    others = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return [
        Warning(f"{code}: {what}, so patients who chose it read that in English.", hint=hint, id="intake.W001")
        for code in others
        for what, hint in _missing(code)
    ]


def _missing(code: str) -> Iterator[tuple[str, str]]:
    try:
        protocol = published(settings.PROTOCOL)
    except NotAProtocol:
        return
    if in_language(protocol, code) is protocol:
        yield f"the protocol {protocol.name} has no words/{code}.toml", "docs/languages.md says what goes into it."
    if short_checks.words_in(protocol.name, code) is None:
        yield f"the short checks have no words in {code}", "Copy the file in screening/checks and translate the copy."
    if consent_words.file_in(code) == consent_words.FILE:
        yield f"there is no consent_texts.{code}.toml", "Copy clinic/intake/consent_texts.toml and translate the copy."
    if not any((folder / "LC_MESSAGES" / "django.mo").exists() for folder in _catalogues(code)):
        yield f"there is no catalogue for {code}", "docs/languages.md says how to make one."


def _catalogues(code: str) -> Iterator[Path]:
    for place in {code, code.partition("-")[0]}:
        yield from (Path(folder) / to_locale(place) for folder in settings.LOCALE_PATHS)
