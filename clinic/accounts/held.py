"""A form sent just as the session locked: kept encrypted for its sender, who looks at it and sends it again."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from clinic.vault.fields import CannotOpen, seal, unseal

KEY: Final = "held_form"
LONGEST: Final = 100_000
"""Characters; no form of ours is longer, and the session table is no store for files."""
NEVER: Final = frozenset({"csrfmiddlewaretoken", "password", "code", "credential"})
OF_THE_PAGE: Final = re.compile(r"[0-9a-f-]{32,}")
"""Keys and hashes, which a page puts into its form itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """A form as it was sent. `back` is the page it was on."""

    path: str
    back: str
    fields: list[tuple[str, str]]

    @property
    def told(self) -> list[tuple[str, str]]:
        """What somebody chose and wrote in it, as far as names and codes say it in words."""
        told = [(name, text.strip()) for name, text in self.fields if not OF_THE_PAGE.fullmatch(text.strip())]
        return [(_in_words(name), text if " " in text else _in_words(text)) for name, text in told if text]


def pack(request: HttpRequest, *, back: str) -> str:
    """The form of this request, encrypted for the person who sent it; nothing when there is none or it is too long."""
    fields = [(name, text) for name, texts in request.POST.lists() for text in texts if name not in NEVER]
    if request.method != "POST" or sum(len(text) for _, text in fields) > LONGEST:
        return ""
    return base64.b64encode(seal([request.get_full_path(), back, fields], _bound_to(request))).decode()


def of(request: HttpRequest) -> Held | None:
    """What is held for the person who is signed in; what is held for somebody else stays closed."""
    try:
        path, back, fields = unseal(base64.b64decode(request.session.get(KEY, "")), _bound_to(request))
    except CannotOpen:
        return None
    return Held(path, back, [(name, text) for name, text in fields])


def _in_words(code: str) -> str:
    """A code such as `ready_to_book`, or the tick that a browser sends."""
    words = "yes" if code == "on" else code.replace("_", " ")
    return words[:1].upper() + words[1:]


def drop(request: HttpRequest) -> None:
    """Hold it no longer."""
    request.session.pop(KEY, None)


def page_of(request: HttpRequest, *, home: str) -> str:
    """The page somebody was on: the one asked for, or the one whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    origin = f"{request.scheme}://{request.get_host()}"
    came_from = request.headers.get("Referer", "")
    return came_from.removeprefix(origin) if came_from.startswith(f"{origin}/staff/") else home


def _bound_to(request: HttpRequest) -> str:
    return f"{KEY}:{request.user.pk}"
