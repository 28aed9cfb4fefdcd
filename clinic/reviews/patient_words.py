"""The words that leave with a decision: the neutral message, the patient's page, their version and reading grade."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from clinic.notifications.words import sample
from clinic.patients.models import Patient
from clinic.reviews.models import Route
from screening.reading_grade import grade

MESSAGE_OF: Final = {
    Route.READY_TO_BOOK: "decided-ready",
    Route.PRESCRIBER_FIRST: "decided-prescriber",
    Route.ASK_FOR_MORE: "decided-ask-more",
    Route.NOT_SUITABLE_NOW: "decided-not-suitable",
}
"""After an urgent contact nothing is written: a person has just spoken with them."""
INCLUDED: Final = re.compile(r"{% include \"([^\"]+)\"")
HIGHEST_GRADE: Final = 8.0
"""Above this the page warns; it never blocks. Source: ux.md C5."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the patient gets: the message (nothing after an urgent contact), and their private page as HTML."""

    subject: str
    text: str
    page: str
    version: str
    grade: float
    is_hard: bool


def preview(route: str, *, patient: Patient, decision: Any, request: HttpRequest) -> Preview:
    """The words of a decision as the patient will read them; only the private link is left out.

    Args:
        route: one of `Route`.
        patient: who reads them.
        decision: with `decided_by`, `words_to_patient` and `asks`, signed or not.
        request: of the page that shows it, for the names and numbers of the clinic.
    """
    page = render_to_string(f"my/decided/{Route(route).value}.html", {"decision": decision}, request)
    plain = unescape(strip_tags(page.replace("</", ". </")))
    reads_at = grade(plain)
    subject, text = _message(route, patient)
    return Preview(subject, text, _to_look_at(page), version_of(route), round(reads_at, 1), reads_at > HIGHEST_GRADE)


def _to_look_at(page: str) -> SafeString:
    """The patient's page inside another one: its headings below those around it, its links and forms none."""
    for is_called, stands_under in (("h2", "h5"), ("h1", "h4")):
        page = page.replace(f"<{is_called}>", f"<{stands_under}>").replace(f"</{is_called}>", f"</{stands_under}>")
    without = re.sub(r' href="[^"]*"|</?form[^>]*>|<input[^>]*>', "", page)
    return mark_safe(without)  # noqa: S308  # nosec B308 B703 - a template of ours wrote and escaped it


@cache
def version_of(route: str) -> str:
    """A short name for the exact words of a route: it changes whenever one of its templates does."""
    folder = settings.BASE_DIR / "templates"
    files = [folder / "my" / "decided" / f"{Route(route).value}.html"]
    if name := MESSAGE_OF.get(Route(route)):
        files += [folder / "messages" / f"{name}.{kind}" for kind in ("subject", "text")]
    words = b"\0".join(_with_parts(file) for file in files)
    return hashlib.sha256(words).hexdigest()[:8]


def _with_parts(file: Path) -> bytes:
    """A template with those it includes."""
    text = file.read_text()
    named = (settings.BASE_DIR / "templates" / name for name in INCLUDED.findall(text))
    return text.encode() + b"".join(_with_parts(each) for each in named if each.exists())


def _message(route: str, patient: Patient) -> tuple[str, str]:
    name = MESSAGE_OF.get(Route(route))
    if name is None:
        return "", ""
    words = sample(name, patient=patient)
    return words.subject, words.text
