"""Changes that first show whom they affect: the page that lists them, and whether the sender saw exactly these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.booking.cannot_keep import Row, kind_of
from clinic.booking.models import Appointment, Holiday
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


def done(changed: Row, touched: Sequence[Appointment]) -> HttpResponse:
    """After it holds: to the page on which those it touches are told; without any, back to the hours."""
    if touched:
        return redirect(reverse("staff:tell", args=[kind_of(changed), changed.pk]) + "?just=saved")
    return (
        redirect("staff:holidays") if isinstance(changed, Holiday) else redirect("staff:hours_of", changed.clinician_id)
    )


def look(request: HttpRequest, touched: Sequence[Appointment]) -> None:
    actions.look_over(page="hours", shown=[each.reference for each in touched], by=request.user.actor)


def sent(request: HttpRequest) -> Any:
    """What was sent, even when it is nothing; None when the page is only read."""
    return request.POST if request.method == "POST" else None
