"""How allauth behaves here: nobody signs themselves up, a refusal says the same whatever is wrong, all is recorded."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from clinic.accounts import factors, limits, sessions
from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.record import record


class StaffAdapter(DefaultAccountAdapter):
    """Staff are invited; the sign-up page is closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password do not match.",
        "rate_limited": "Too many tries. Wait a few minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; say when the door opens if it is closed."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._note_failure(request, "accounts.too_many_tries", credentials.get("email", ""))
            key = self._get_login_attempts_cache_key(request, **credentials)
            raise ValidationError(limits.sentence(request, key), code="too_many_login_attempts") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Somebody whose access ended is told the same as somebody who never had it."""
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
        return user if user is not None and user.is_active else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._note_failure(request, "accounts.sign_in_failed", credentials.get("email", ""))

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign somebody in: their session, its clocks, and the line in the record, all or nothing."""
        with transaction.atomic():
            super().login(request, user)
            sessions.begin(request)
            proof = "with a second factor" if sessions.is_proven(request) else "password only"
            record(by=user.actor, action="accounts.sign_in", subject=user.actor.ref, detail={"how": proof})

    def logout(self, request: HttpRequest) -> None:
        with transaction.atomic():
            record(by=request.user.actor, action="accounts.sign_out", subject=request.user.actor.ref)
            super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Factors are changed with a factor shown lately; the first one is set up after the password."""
        return factors.has_one(self.request.user) and not sessions.is_proven_lately(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """Only second factors: a password that somebody saw being typed proves nothing new."""
        if not user.is_authenticated or not factors.has_one(user):
            return []
        types = set(factors.real(user).values_list("type", flat=True))
        by_code = {"id": "mfa_reauthenticate", "description": "Type a code", "url": reverse("mfa_reauthenticate")}
        by_passkey = {
            "id": "mfa_reauthenticate:webauthn",
            "description": "Use a passkey",
            "url": reverse("mfa_reauthenticate_webauthn"),
        }
        return [by_code, by_passkey] if "webauthn" in types else [by_code]

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """No "signed in as": it would wait in a cookie, with the name, for a page that shows it."""

    def _note_failure(self, request: HttpRequest, action: str, email: str) -> None:
        """Whose account was tried, never what was typed: that may be a password in the wrong box."""
        user = User.objects.filter(email__iexact=email.strip()).first() if email else None
        with transaction.atomic():
            record(by=actors.VISITOR, action=action, subject=user.actor.ref if user else "staff:unknown")
