"""What happens around every page: private headers, and input that cannot be stored is refused in plain words."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import get_resolver
from django.utils import translation
from django.utils.cache import patch_vary_headers

from clinic.web import errors

Answer = Callable[[HttpRequest], HttpResponse]
PUBLIC_FILES = "/static/"
STAFF_PAGES = "/staff/"
OFF = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"


def private_pages(answer: Answer) -> Answer:
    """Keep pages out of caches and histories, and other sites out of pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if not request.path.startswith(PUBLIC_FILES):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = OFF
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return middleware


def language_of_page(answer: Answer) -> Answer:
    """Show the staff English; keep the language of a patient in their browser, and languages apart in caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if len(settings.LANGUAGES) < 2:
            return answer(request)
        if request.path.startswith(STAFF_PAGES):
            with translation.override(settings.LANGUAGE_CODE):
                response = answer(request)
                response.headers["Content-Language"] = settings.LANGUAGE_CODE
            return response
        response = answer(request)
        patch_vary_headers(response, ["Cookie"])
        if code := getattr(request, "language_to_keep", ""):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                code,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
        return response

    return middleware


def readable_input(answer: Answer) -> Answer:
    """Refuse, before any view, an address or a form with a NUL or a broken character, and one that is far too long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _is_readable(request.path) or not all(map(_is_readable, request.GET.values())):
            return errors.unreadable(request)
        if request.method == "POST":
            try:
                fields = list(request.POST.lists())
            except RequestDataTooBig:
                return errors.too_long(request)
            except (TooManyFieldsSent, UnicodeError):
                return errors.unreadable(request)
            if not all(_is_readable(value) for _, values in fields for value in values):
                return errors.unreadable(request)
        return answer(request)

    return middleware


def refused_in_words(answer: Answer) -> Answer:
    """Give a page in words, not an empty one, to who asks in a way that an address does not answer.

    Which page is said where those of the other errors are said, in `clinic.urls`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = get_resolver().resolve_error_handler(405)(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return middleware


def _is_readable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
