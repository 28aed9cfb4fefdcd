"""Where providers tell us what became of messages, and bring us what patients write back. Everything here is signed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.audit.actors import system
from clinic.notifications import arrival_actions, hooks, signatures
from clinic.notifications.words import reply_words
from clinic.patients import languages

LARGEST: Final = 256 * 1024
"""Bytes of one body: several times 500 reports of the shape that docs/webhooks.md describes."""
LONGEST_NUMBER: Final = 12
"""Digits; Python itself refuses to read a number of thousands of them."""
REPLIES: Final = {
    "STOP": "reply-stopped",
    "START": "reply-started",
    "HELP": "reply-help",
    "CONFIRM": "reply-confirmed",
    "CHANGE": "reply-change",
}
OURS_TO_ANSWER: Final = ("CONFIRM", "CHANGE")
"""No provider answers these by itself."""
View = Callable[..., HttpResponse]


def _bounded(view: View) -> View:
    """Only a POST, without a cookie or a token of ours, of a length that is a number, and not a large one."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return _plain(400)
        if len(length) > LONGEST_NUMBER or int(length) > LARGEST:
            return _plain(413)
        if request.content_type.startswith("multipart/"):
            return _plain(415)
        return view(request, *args, **kwargs)

    return bounded


@_bounded
def sms_status(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The SMS provider says what became of a text."""
    if not _is_from_sms_provider(request):
        return _plain(403)
    told = hooks.of_sms(message_id, request.POST.dict())
    if told is not None:
        _keep(told, by="sms-provider")
    return _plain(200)


@_bounded
def sms_in(request: HttpRequest) -> HttpResponse:
    """Somebody wrote back by text. One answer goes back at most, and only if the provider does not give it itself."""
    if not _is_from_sms_provider(request):
        return _plain(403)
    fields = request.POST.dict()
    key, number = fields.get("MessageSid", ""), fields.get("From", "")
    if not 0 < len(key) <= hooks.LONGEST_ID or not number.startswith("+"):
        return _answer("")
    heard = arrival_actions.hear_text(key=f"sms:{key}", number=number, text=fields.get("Body", ""), now=timezone.now())
    is_ours = settings.SMS_REPLIES or heard.word in OURS_TO_ANSWER
    answers = is_ours and heard.is_news and "OptOutType" not in fields
    with languages.of(heard.whose):
        return _answer(reply_words(REPLIES[heard.word]) if answers else "")


@_bounded
def email(request: HttpRequest) -> HttpResponse:
    """The mail provider, or a small script beside it, says what became of e-mails."""
    now, given = timezone.now(), request.headers.get("X-Signature", "")
    if not signatures.is_of_body(given, secret=settings.MAIL_HOOK_SECRET, body=request.body, now=now):
        return _plain(403)
    try:
        reports = hooks.of_mail(request.body)
    except hooks.NotReadable:
        return _plain(400)
    for told in reports:
        _keep(told, by="mail-provider")
    return _plain(200)


def _keep(told: hooks.Told, *, by: str) -> None:
    arrival_actions.report(
        message_id=told.message_id,
        key=told.key,
        said=told.said,
        code=told.code,
        provider_id=told.provider_id,
        is_stop_word=told.is_stop_word,
        by=system(by),
        now=timezone.now(),
    )


def _is_from_sms_provider(request: HttpRequest) -> bool:
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    url = settings.SITE_URL.rstrip("/") + request.get_full_path()
    given = request.headers.get("X-Twilio-Signature", "")
    return signatures.is_of_form(given, token=settings.SMS_TOKEN, url=url, fields=fields)


def _answer(words: str) -> HttpResponse:
    said = f"<Message>{escape(words)}</Message>" if words else ""
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>', content_type="text/xml; charset=utf-8"
    )


def _plain(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain; charset=utf-8")
