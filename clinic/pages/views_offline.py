"""What a phone may keep for when there is no network: the page of urgent help, and nothing that anybody told us."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinic.pages import presenters

FILES: Final = ("calm.css", "urgent.css", "fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown instead of any page while there is no network."""
    return render(request, "pages/offline.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps those pages; when it is switched off, one that takes back what was kept."""
    if not settings.OFFLINE_HELP:
        return _script(request, "pages/no_service_worker.js")
    pages = {"help": reverse("pages:help_now"), "offline": reverse("pages:offline"), "leave": reverse("intake:leave")}
    kept = [pages["help"], pages["offline"], *map(static, FILES)]
    return _script(request, "pages/service_worker.js", **pages, kept=kept, version=_version(tuple(kept)))


def _script(request: HttpRequest, template: str, **known: object) -> HttpResponse:
    return render(request, template, known, content_type="text/javascript; charset=utf-8")


@cache
def _version(kept: tuple[str, ...]) -> str:
    """Changes whenever a word of the kept pages does, so that no phone goes on showing a number that has changed."""
    nobody = HttpRequest()
    pages = (
        render_to_string("pages/help_now.html", {"lines": presenters.help_lines()}, nobody),
        render_to_string("pages/offline.html", {}, nobody),
    )
    return hashlib.sha256("\0".join((*pages, *kept)).encode()).hexdigest()[:12]
