"""The 30-second check: four questions before the form, without a name and without keeping anything but counts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.intake import quick_check, tally
from clinic.intake.check_forms import FORMS
from clinic.intake.countries import NAMES
from clinic.intake.models import CheckTally
from clinic.intake.views import NEXT_NEEDED
from clinic.pages.presenters import help_lines

EXITS = (CheckTally.Ending.TOO_YOUNG, CheckTally.Ending.NOT_SERVED)


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Lead to the first question without an answer, or to the result."""
    return _onward(quick_check.answers(request))


@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request: HttpRequest, number: int) -> HttpResponse:
    """One of the four questions."""
    if not 1 <= number <= len(quick_check.QUESTIONS):
        raise Http404
    told = quick_check.answers(request)
    first = quick_check.first_open(told)
    if first is not None and number > first:
        messages.info(request, NEXT_NEEDED)
        return redirect("intake:check_page", first)
    name = quick_check.QUESTIONS[number - 1]
    form = FORMS[name](request.POST if request.method == "POST" else None, initial=told)
    if request.method == "POST" and form.is_valid():
        return _answered(request, name, form.cleaned_data[name], told)
    context = {"form": form, "heading_field": name, "number": number, "of": len(quick_check.QUESTIONS)}
    context["back_url"] = reverse("intake:check_page", args=[number - 1]) if number > 1 else reverse("pages:home")
    return render(request, "intake/check_page.html", context, status=422 if form.errors else 200)


@require_safe
def check_result(request: HttpRequest) -> HttpResponse:
    """What the answers mean; the same page however often it is loaded."""
    told = quick_check.answers(request)
    ending = quick_check.ending(told)
    if not ending:
        messages.info(request, NEXT_NEEDED)
        return _onward(told)
    back = {"too_young": 2, "not_served": 3}.get(ending, len(quick_check.QUESTIONS))
    context: dict[str, Any] = {"ending": ending, "back_url": reverse("intake:check_page", args=[back])}
    if ending in EXITS:
        context["lines"] = [line for line in help_lines() if line["name"] == "Finding treatment"]
        context["served"] = sorted(NAMES[region] for region in settings.LICENSED_REGIONS if region in NAMES)
        return render(request, "intake/check_exit.html", context)
    context |= {"ticked": told["about_you"], "tenths": tally.tenths_who_ticked()}
    return render(request, "intake/check_result.html", context)


def _answered(request: HttpRequest, name: str, answer: Any, told: dict[str, Any]) -> HttpResponse:
    now, told = timezone.now(), {**told, name: answer}
    ending = quick_check.ending(told)
    is_first_end = bool(ending) and "counted" not in told
    quick_check.keep(request, {name: answer, **({"counted": True} if is_first_end else {})})
    if is_first_end:
        tally.count(ending, now=now)
    if name == "help_now" and answer != "no":
        tally.count(CheckTally.Ending.HELP_NOW, now=now)
        return redirect(f"{reverse('pages:help_now')}?back=check")
    return _onward(told)


def _onward(told: dict[str, Any]) -> HttpResponse:
    """To the result when there is one, else to the first question without an answer."""
    if quick_check.ending(told):
        return redirect("intake:check_result")
    return redirect("intake:check_page", quick_check.first_open(told))
