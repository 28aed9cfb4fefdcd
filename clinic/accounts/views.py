"""How staff sign in and out, set up their second step, show it again, and send a form that was held for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import actions, factors, held, links, sessions
from clinic.accounts.allow import code_again, only
from clinic.accounts.forms import JoinForm
from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.audit import actors

PlainView = Callable[..., HttpResponse]


def own_factors(view: PlainView) -> PlainView:
    """A page on which somebody changes their own factors: a factor shown lately, all or nothing, on the record."""

    @only(Permission.OWN_SIGN_IN, before_factor=True)
    @code_again()
    @wraps(view)
    @transaction.atomic
    def changing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = User.objects.select_for_update().get(pk=request.user.pk)
        before = factors.of(user)
        response = view(request, *args, **kwargs)
        actions.note_factors(user=user, before=before, by=user.actor)
        if set(factors.real(user).values_list("pk", flat=True)) - before.keys():
            sessions.prove(request)
        return response

    return changing


class WithPasskey:
    """A page on which a passkey can be used; what the browser is asked for stands in an attribute, not in a script."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "passkey": json.dumps(context["js_data"])}


class CodePage(WithPasskey, AuthenticateView):
    """The second step of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = set(factors.real(self.stage.login.user).values_list("type", flat=True))
        return {**super().get_context_data(**kwargs), "has_app": "totp" in types, "has_passkey": "webauthn" in types}


class AddPasskeyPage(WithPasskey, webauthn.AddWebAuthnView):
    """Set up a passkey."""


class PasskeyAgainPage(WithPasskey, webauthn.ReauthenticateWebAuthnView):
    """A passkey before a sensitive step; one that does not work can be tried again on the same page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return redirect(f"{self.request.path}?{self.request.GET.urlencode()}&wrong=1")


code = CodePage.as_view()
code_once_more = only(Permission.OWN_SIGN_IN)(ReauthenticateView.as_view())
passkey_once_more = only(Permission.OWN_SIGN_IN)(PasskeyAgainPage.as_view())
set_up_app = own_factors(totp.activate_totp)
remove_app = own_factors(totp.deactivate_totp)
add_passkey = own_factors(AddPasskeyPage.as_view())
recovery_codes = own_factors(recovery.view_recovery_codes)
new_recovery_codes = own_factors(recovery.generate_recovery_codes)


@own_factors
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one passkey, unless it is the only second step."""
    passkey = get_object_or_404(Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN)
    is_only = not factors.StaffFactors().can_delete_authenticator(passkey)
    if request.method == "POST" and not is_only:
        return webauthn.RemoveWebAuthnView.as_view(success_url=reverse("mfa_index"))(request, pk=pk)
    return render(request, "mfa/remove_passkey.html", {"passkey": passkey.wrap(), "is_only": is_only})


@only(Permission.OWN_SIGN_IN, before_factor=True)
def own_sign_in(request: HttpRequest) -> HttpResponse:
    """The second steps of the person who is signed in; where there is none yet, which to set up."""
    found = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    codes = next((each.wrap() for each in found if each.type == Authenticator.Type.RECOVERY_CODES), None)
    shown = {
        "app": next((each for each in found if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in found if each.type == Authenticator.Type.WEBAUTHN],
        "sees_worklist": request.user.may(Permission.SEE_WORKLIST),
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
    }
    return render(request, "mfa/index.html", {**shown, "has_none": not shown["app"] and not shown["passkeys"]})


@only(Permission.OWN_SIGN_IN)
def held_form(request: HttpRequest) -> HttpResponse:
    """The form that was sent as the page locked: to be looked at and sent again, or thrown away."""
    form = held.of(request)
    if request.method == "POST":
        held.drop(request)
    if form is None or request.method == "POST":
        return redirect(form.back if form else settings.LOGIN_REDIRECT_URL)
    return render(request, "account/held.html", {"held": form})


@only(Permission.OWN_SIGN_IN)
def alive(request: HttpRequest) -> HttpResponse:
    """Asked by a page on which somebody types: keeps the session, and gives the token that a new sign-in made."""
    return JsonResponse({"who": str(request.user.pk), "token": get_token(request)})


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of an invitation leads: a name and a password, then the second step. Only sending it spends it."""
    now = timezone.now()
    user = links.owner(token, now=now)
    if user is None:
        return render(request, "account/link_closed.html")
    form = JoinForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/join.html", {"form": form, "person": user})
    told = form.cleaned_data
    try:
        user = actions.join(token=token, name=told["name"], password=told["password"], by=actors.VISITOR, now=now)
    except actions.LinkNotUsable:
        return render(request, "account/link_closed.html")
    request.session.flush()
    get_adapter(request).login(request, user)
    return redirect("mfa_index")
