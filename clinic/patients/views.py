"""Choosing the language of the pages and messages; every answer that was saved stays as it is."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from clinic.audit import actors
from clinic.patients import actions, session


@require_http_methods(["GET", "HEAD", "POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show the languages there are; a POST keeps one and goes back to the page somebody came from."""
    if len(settings.LANGUAGES) < 2:
        raise Http404
    if request.method == "POST":
        _keep(request, request.POST.get("language", ""))
        return set_language(request)
    came_from = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return render(request, "language.html", {"next": came_from if is_ours else "/"})


def _keep(request: HttpRequest, code: str) -> None:
    """Keep it for messages, when this browser is a patient's and somebody is there."""
    patient = None if session.is_idle(request) else session.known(request)
    if patient is not None and code in dict(settings.LANGUAGES) and code != patient.language:
        actions.describe(patient=patient, told={"language": code}, by=actors.patient(patient.pk))
