"""Choosing the language of the patient's pages; every answer that was saved stays as it is."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Show the languages there are; a POST keeps one and goes back to the page somebody came from."""
    if len(settings.LANGUAGES) < 2:
        raise Http404
    if request.method == "POST":
        return set_language(request)
    came_from = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return render(request, "language.html", {"next": came_from if is_ours else "/"})
