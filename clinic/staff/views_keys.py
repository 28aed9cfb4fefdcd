"""The staff page on which somebody turns on keys for their own worklist, and says which."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.accounts.permissions import Permission
from clinic.reviews.keys_actions import set_keys
from clinic.reviews.models import WorklistKeys
from clinic.staff.frame import page, show
from clinic.staff.keys_form import KeysForm


@page(Permission.SEE_WORKLIST, "GET", "HEAD", "POST")
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys of the worklist."""
    if request.method != "POST":
        form = KeysForm.of(WorklistKeys.objects.filter(by=request.user).first())
        return show(request, "keys.html", form=form, is_kept="kept" in request.GET)
    form = KeysForm(request.POST)
    if not form.is_valid():
        return show(request, "keys.html", form=form, status=422)
    told = form.cleaned_data
    set_keys(are_on=told["are_on"] == "on", keys=told, by=request.user.actor)
    return redirect(f"{reverse('staff:keys')}?kept=1")
