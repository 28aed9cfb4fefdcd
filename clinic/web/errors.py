"""Error pages in plain words; the help line is on each of them."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)
NOT_ANSWERING: Final = (OperationalError, InterfaceError)
"""What the driver raises when PostgreSQL is away, full, out of connections or waited too long for somebody else."""
ENDED_BY_IT: Final = ("25P03", "25P04", "XX")
"""How the codes begin with which PostgreSQL ends a transaction that stood still, or says that it is damaged itself."""
RETRY_AFTER: Final = 5
STAFF_PAGES: Final = "/staff/"
"""Nothing typed there is written into an error page: it may be a password."""
PLAIN: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters and numbers that look alike when they are read out on the telephone."""


def page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """An error page with its status."""
    return render(request, template, context, status=status)


def unreadable(request: HttpRequest) -> HttpResponse:
    """A form or address with characters that cannot be stored."""
    return page(request, "400.html", 400, reason="unreadable")


def too_long(request: HttpRequest) -> HttpResponse:
    """A form that is larger than any page of ours sends."""
    return page(request, "400.html", 413, reason="too_long")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that was open for too long."""
    return page(request, "403_csrf.html", 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something in the request could not be understood."""
    return page(request, "400.html", 400, reason="unreadable")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Signed in, and not allowed to see this."""
    return page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page."""
    return page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke on our side."""
    if does_not_answer(sys.exc_info()[1]):
        return resting(request)
    return page(request, "500.html", 500, reference=noted(request))


def noted(request: HttpRequest) -> str:
    """A number for what broke, in the log line beside the address and nothing else; people can read it out."""
    reference = "".join(secrets.choice(PLAIN) for _ in range(8))
    log.error("reference %s: %s", reference, request.path)
    return reference


def does_not_answer(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot serve now, and the same may well work in a moment."""
    if isinstance(error, InternalError):
        return str(getattr(error.__cause__, "sqlstate", "")).startswith(ENDED_BY_IT)
    return isinstance(error, NOT_ANSWERING)


def resting(request: HttpRequest) -> HttpResponse:
    """The database does not answer, or not in time. What a patient typed is on the page, to be sent again as it was."""
    log.error("the database does not answer: %s", request.path)
    is_typed = request.method == "POST" and not request.path.startswith(STAFF_PAGES)
    typed = [(name, value) for name, values in request.POST.lists() for value in values] if is_typed else []
    response = page(request, "503.html", 503, typed=typed, again=request.get_full_path())
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def wrong_method(request: HttpRequest) -> HttpResponse:
    """A page that was sent a form, or asked for in a way it does not answer."""
    return page(request, "400.html", 405, reason="wrong_way")
