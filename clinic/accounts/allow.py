"""The one check in front of every staff page: signed in, with a second factor, still there, and the role allows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clinic.accounts import factors, held, sessions
from clinic.accounts.forms import SignInForm
from clinic.accounts.permissions import Permission
from clinic.audit.record import record

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]
Guard = Callable[[View[Params]], View[Params]]
LOCKED: Final = 401
ON_RECORD: Final = "That you asked for it is on the record."


def only(permission: Permission, *, before_factor: bool = False) -> Guard[Params]:
    """Let only people with this permission through.

    1. Signed in, or to the sign-in page. 2. Somebody was there within 15 minutes and signed in within 12 hours, or the
    page locks. 3. A second factor was used, or they are led to set one up. 4. The role allows it; a refusal of 3 or 4
    goes on the record.

    Args:
        permission: what the page needs; `tests/house` reads it from the view.
        before_factor: the page is one on which somebody without a second factor sets it up.
    """

    def guard(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if why := sessions.over_because(request):
                return _lock(request, why)
            if not sessions.is_proven(request):
                if factors.has_one(request.user):
                    logout(request)
                    return _to_sign_in(request)
                if not before_factor:
                    _note_refusal(request, kwargs, because="no second factor")
                    return redirect("mfa_index")
            if not request.user.may(permission):
                _note_refusal(request, kwargs, permission=permission.value)
                raise PermissionDenied(ON_RECORD)
            sessions.note_somebody(request)
            if held.KEY in request.POST:
                held.drop(request)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def _always(request: HttpRequest) -> bool:
    return True


def code_again(*, when: Callable[[HttpRequest], bool] = _always) -> Guard[Params]:
    """Ask for the code or passkey again before a sensitive step, unless one was used in the last five minutes.

    It stands below `only` or `page`. A form that was sent is kept, encrypted, and sent again by its sender afterwards.

    Args:
        when: which requests are sensitive; all when left out. Overriding a Stop: `lambda r: "second_step" in r.POST`.
    """

    def guard(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            if not when(request) or sessions.is_proven_lately(request) or not factors.has_one(request.user):
                return view(request, *args, **kwargs)
            back = held.page_of(request, home=reverse("staff:home"))
            if kept := held.pack(request, back=back):
                request.session[held.KEY] = kept
            after = reverse("staff_held") if kept else back
            return redirect_to_login(after, factors.page_for_again(request.user))

        return guarded

    return guard


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(held.page_of(request, home=reverse("staff:home")))


def _lock(request: HttpRequest, why: str) -> HttpResponse:
    """End the session, and ask for the sign-in over the same address; a form that was sent is kept for its sender."""
    back = held.page_of(request, home=reverse("staff:home"))
    email, kept = request.user.email, held.pack(request, back=back)
    with transaction.atomic():
        record(by=request.user.actor, action="accounts.lock", subject=request.user.actor.ref, detail={"because": why})
        logout(request)
    if kept:
        request.session[held.KEY] = kept
    said = {"why": why, "kept": bool(kept), "lost": request.method == "POST" and not kept}
    said |= {"next": reverse("staff_held") if kept else back, "form": SignInForm(initial={"login": email})}
    return render(request, "account/locked.html", said, status=LOCKED)


def _note_refusal(request: HttpRequest, asked: dict[str, object], **detail: str) -> None:
    with transaction.atomic():
        record(
            by=request.user.actor,
            action="accounts.refused",
            subject=f"page:{request.resolver_match.view_name}",  # type: ignore[union-attr]
            detail={**detail, "asked_for": [str(value) for value in asked.values()]},
        )
