"""The words that leave with a decision: the neutral message, the patient's page, their version and reading grade."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.notifications.words import sample
from clinic.patients.models import Patient
from clinic.reviews import looked_at, put_in
from clinic.reviews.models import Route
from clinic.reviews.reading import Reading, reading

MESSAGE_OF: Final = {
    Route.READY_TO_BOOK: "decided-ready",
    Route.PRESCRIBER_FIRST: "decided-prescriber",
    Route.ASK_FOR_MORE: "decided-ask-more",
    Route.NOT_SUITABLE_NOW: "decided-not-suitable",
}
"""After an urgent contact nothing is written: a person has just spoken with them."""
ASKS_PRESCRIBER: Final = frozenset({Route.PRESCRIBER_FIRST})
INCLUDED: Final = re.compile(r"{% include \"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the patient gets: the message (nothing after an urgent contact), and their private page as HTML."""

    subject: SafeString
    text: SafeString
    page: SafeString
    version: str
    reads: Reading


def preview(route: str, *, record: ScreeningRecord, by: User, told: Mapping[str, Any], request: HttpRequest) -> Preview:
    """The words of a decision as the patient will read them, what was put in marked; only the private link is left out.

    Args:
        route: one of `Route`.
        record: what is decided about, with its intake and patient.
        by: who would sign.
        told: what stands in the decision panel: `words_to_patient`, `valid_until`.
        request: of the page that shows it, for the names and numbers of the clinic.
    """
    about = looked_at.looked_at(record, route) | (looked_at.prescriber(record) if route in ASKS_PRESCRIBER else {})
    words = told.get("words_to_patient") or ""
    decision = {
        "decided_by": {"name": put_in.mark(by.name)},
        "words_to_patient": put_in.mark(words) if words else "",
        "valid_until": parse_date(told.get("valid_until") or "0"),
    }
    about |= {"checking": put_in.mark(about["checking"]) if about["checking"] else "", "wishes": {"may": "ask"}}
    about["said"] = [put_in.mark(text) for text in about["said"]]
    page = render_to_string(f"my/decided/{Route(route).value}.html", {"decision": decision, **about}, request)
    plain = unescape(strip_tags(re.sub(r"</(?!(?:mark|a|b|strong|em|span)\b)", ". </", page)))
    subject, text = _message(route, record.intake.patient)
    return Preview(subject, text, _to_look_at(page), version_of(route), reading(plain))


def _to_look_at(page: str) -> SafeString:
    """The patient's page inside another one: its headings below those around it, its links and forms none."""
    for is_called, stands_under in (("h2", "h5"), ("h1", "h4")):
        page = page.replace(f"<{is_called}>", f"<{stands_under}>").replace(f"</{is_called}>", f"</{stands_under}>")
    without = re.sub(r' href="[^"]*"|</?form[^>]*>|<input[^>]*>', "", page)
    without = re.sub(r'<button[^>]*class="([^"]*)"[^>]*>', r'<span class="\1">', without).replace("</button", "</span")
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


def in_a_line(route: str, patient: Patient) -> str:
    """The message of a decision by its subject, with how hard its words are to read; nothing when none is sent."""
    if Route(route) not in MESSAGE_OF:
        return ""
    words = sample(MESSAGE_OF[Route(route)], patient=patient)
    return f"“{words.subject}”, reading grade {reading(words.text).grade}"


def _message(route: str, patient: Patient) -> tuple[SafeString, SafeString]:
    name = MESSAGE_OF.get(Route(route))
    if name is None:
        return SafeString(""), SafeString("")
    words = sample(name, patient=patient, put_in=put_in.fence)
    return put_in.marked(words.subject), put_in.marked(words.text)
