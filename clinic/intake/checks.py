"""A system check: the protocol that new intakes answer is right, file by file and line by line."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from screening.loader import NotAProtocol, published


def protocol_is_right(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """One error for all mistakes of the protocol folder, with file and line of each."""
    try:
        published(settings.PROTOCOL)
    except NotAProtocol as mistakes:
        return [Error(str(mistakes), id="intake.E001")]
    return []
