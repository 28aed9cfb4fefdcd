"""The public pages: no database, no memory of who looks, and no secret in them, so that they may be compressed."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from clinic.pages import articles, presenters
from clinic.pages.forms import StateForm

PRIVATE_PATHS = ("/book/", "/check/", "/f/", "/intake/", "/leave/", "/my/", "/resume/", "/staff/")


@gzip_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Is this for me, is it safe, what happens, what does it cost."""
    return render(request, "pages/home.html", {"cards": presenters.cards(home=True)})


@gzip_page
@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    """Every condition we write about."""
    return render(request, "pages/conditions.html", {"cards": presenters.cards()})


@gzip_page
@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    """What the research shows for one condition, and what it does not."""
    if slug not in articles.conditions():
        raise Http404
    return render(request, "pages/condition.html", presenters.condition(slug))


@gzip_page
@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """How we grade, and every grade we give."""
    return render(
        request, "pages/evidence.html", {"grades": articles.GRADES.values(), "conditions": presenters.evidence()}
    )


@gzip_page
@require_safe
def law(request: HttpRequest) -> HttpResponse:
    """Federal law first, then the state that was chosen."""
    form = StateForm(request.GET if "state" in request.GET else None)
    state = presenters.state_law(form.cleaned_data["state"]) if form.is_valid() else None
    return render(request, "pages/law.html", {**presenters.law(), "form": form, "state": state})


@gzip_page
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """What people ask first."""
    return render(request, "pages/questions.html", articles.read("questions.toml"))


@gzip_page
@require_safe
@cache_control(public=True, max_age=3600)
def help_now(request: HttpRequest) -> HttpResponse:
    """Ways to reach a person now, here and in other countries; light, printable and kept by the browser."""
    context = {"lines": presenters.help_lines(), "from_check": request.GET.get("back") == "check"}
    return render(request, "pages/help_now.html", context)


@gzip_page
@require_safe
def text(request: HttpRequest, page: str) -> HttpResponse:
    """A page that is only text."""
    return render(request, f"pages/{page}.html")


@gzip_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where search engines have nothing to look for."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE_PATHS)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@gzip_page
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a security problem (RFC 9116)."""
    expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=180)
    lines = [
        f"Contact: tel:{settings.CLINIC_PHONE_URI}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('pages:security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
