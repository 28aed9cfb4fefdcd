"""System checks of what every page shows: crisis lines in the right shape, and checked by a person in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.checks import CheckMessage, Error, Warning

from clinic.web import crisis

NEEDED: Final = ("country", "emergency", "name", "call_display", "call_uri")
OWN_NEEDED: Final = ("text_display", "text_uri", "chat_url")
"""What the clinic's own country has besides: the page of urgent help leads to a person in three ways."""
BEGINS: Final = {"call_uri": "tel:", "text_uri": "sms:", "chat_url": "https://"}
ENDED: Final = "press 3"
"""An option that was taken away in July 2025; a number that leads nowhere is worse than none."""


def crisis_lines_are_right(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """An error for each line that would lead nowhere, and a warning when nobody has checked them in time."""
    mistakes = [f"{code}: {what}" for code, line in crisis.CRISIS_LINES.items() for what in _mistakes(code, line)]
    found: list[CheckMessage] = [Error(mistake, id="web.E001") for mistake in mistakes]
    if crisis.is_overdue():
        found.append(
            Warning(
                f"The crisis lines should have been checked by {crisis.NEXT_CHECK_ON:%B %d, %Y}.",
                hint="Call or open each one, then write the next day into the file that CRISIS_LINES_FILE names.",
                id="web.W001",
            )
        )
    return found


def _mistakes(code: str, line: Mapping[str, Any]) -> Iterator[str]:
    for name in (*NEEDED, *(OWN_NEEDED if code == crisis.HOME else ())):
        if not line.get(name):
            yield f"{name} is missing"
    for name, beginning in BEGINS.items():
        if name in line and not str(line[name]).startswith(beginning):
            yield f"{name} must begin with {beginning}"
    if any(ENDED in str(value).lower() for value in line.values()):
        yield f"“{ENDED}” has ended and must not be listed"
