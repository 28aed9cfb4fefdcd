"""A web server without its guard: who sends a form is told at once that it arrived, and it is stored a moment later."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any, Final

from clinic.wsgi import application as guarded

from .senders import ARRIVED

A_MOMENT: Final = 0.1
"""Seconds, so that the control need not be lucky."""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer before anything is committed; who only looks is answered as ever."""
    if environ["REQUEST_METHOD"] != "POST":
        return guarded(environ, start_response)
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    later = {**environ, "wsgi.input": io.BytesIO(body)}
    threading.Timer(A_MOMENT, lambda: list(guarded(later, lambda *head: None))).start()
    start_response("302 Found", [("Location", ARRIVED[1]), ("Content-Length", "0")])
    return []
