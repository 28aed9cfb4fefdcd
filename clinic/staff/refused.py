"""What somebody of the staff sees in the place of a page that is not theirs, or not there: with their own bar."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse

from clinic.accounts import sessions
from clinic.accounts.allow import ON_RECORD
from clinic.staff.frame import show
from clinic.vault.fields import CannotOpen
from clinic.web import errors

log = logging.getLogger(__name__)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not part of their work; the page says so when it is on the record that they asked for it."""
    if not _is_at_work(request):
        return errors.forbidden(request, exception)
    noted = ON_RECORD if ON_RECORD in exception.args else ""
    return show(request, "refused.html", status=403, because="not_theirs", noted=noted)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or no such form."""
    if not _is_at_work(request):
        return errors.not_found(request, exception)
    return show(request, "refused.html", status=404, because="not_there")


def wrong_method(request: HttpRequest) -> HttpResponse:
    """The page is there, and was asked for in a way it does not answer."""
    if not _is_at_work(request):
        return errors.wrong_method(request)
    return show(request, "refused.html", status=405, because="wrong_way")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that was open for too long."""
    if not _is_at_work(request):
        return errors.csrf_failure(request, reason)
    return show(request, "refused.html", status=403, because="too_old")


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke on our side, or what is stored cannot be opened; when the bar breaks too, the plain page."""
    error = sys.exc_info()[1]
    if errors.does_not_answer(error):
        return errors.server_error(request)
    because = "cannot_be_opened" if isinstance(error, CannotOpen) else "broken"
    try:
        if _is_at_work(request):
            return show(request, "refused.html", status=500, because=because, number=errors.noted(request))
    except Exception:  # noqa: BLE001 - whatever broke the page may break its bar
        log.exception("the staff's own page of an error")
    return errors.server_error(request)


def _is_at_work(request: HttpRequest) -> bool:
    """True for somebody who is signed in with a second step, on an address of the staff; early errors know nobody."""
    user = getattr(request, "user", None)
    if not request.path.startswith(errors.STAFF_PAGES) or not (user and user.is_authenticated):
        return False
    return sessions.is_proven(request) and not sessions.over_because(request)
