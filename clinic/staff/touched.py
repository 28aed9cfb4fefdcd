"""Changes that first show whom they affect: the page that lists them, and whether the sender saw exactly these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from clinic.booking.models import Appointment
from clinic.staff import actions
from clinic.staff.frame import show


def exception(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    touched: Sequence[Appointment] | None = None,
    **others: Any,
) -> HttpResponse:
    """The page of an exception; with `touched` it lists whom it affects, and asks once more."""
    look(request, touched or ())
    seen = " ".join(each.reference for each in touched or ())
    status = 422 if form.is_bound and form.errors else 200
    return show(request, template, status=status, form=form, touched=touched, seen=seen, **others)


def was_seen(request: HttpRequest, touched: Sequence[Appointment]) -> bool:
    """True when the sender saw exactly these appointments on the page before."""
    return request.POST.get("seen") == " ".join(each.reference for each in touched)


def look(request: HttpRequest, touched: Sequence[Appointment]) -> None:
    actions.look_over(page="hours", shown=[each.reference for each in touched], by=request.user.actor)


def sent(request: HttpRequest) -> Any:
    """What was sent, even when it is nothing; None when the page is only read."""
    return request.POST if request.method == "POST" else None
