"""Crisis lines by country, read once from the file that the settings name, and whether their check is overdue."""

from __future__ import annotations

from datetime import date
from tomllib import loads
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

_FILE: Final = loads(settings.CRISIS_LINES_FILE.read_text(encoding="utf-8"))
NEXT_CHECK_ON: Final[date] = _FILE.pop("next_check_on")
CRISIS_LINES: Final[dict[str, dict[str, Any]]] = _FILE
HOME: Final = next(iter(CRISIS_LINES))
"""The country of the clinic, whose line stands for somebody who has not said where they live."""
FINDER: Final = "findahelpline.com"
"""For every other country. Source: clinical.md section 5.4."""


def line_of(country: str) -> dict[str, Any]:
    """The crisis line of a country, or the clinic's own when there is none; `is_elsewhere` tells which."""
    return CRISIS_LINES.get(country, CRISIS_LINES[HOME])


def is_elsewhere(country: str) -> bool:
    """True for somebody who lives where we know no line: their local emergency number, and an international finder."""
    return bool(country) and country not in CRISIS_LINES


def is_overdue(on: date | None = None) -> bool:
    """True when the day of the next check has passed."""
    return (on or timezone.localdate()) > NEXT_CHECK_ON
