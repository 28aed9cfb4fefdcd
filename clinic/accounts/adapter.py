"""How allauth behaves here: nobody signs themselves up, and a refused sign-in says the same whatever is wrong."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from clinic.accounts.models import User


class StaffAdapter(DefaultAccountAdapter):
    """Staff are invited; the sign-up page is closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password do not match.",
        "too_many_login_attempts": "Too many tries. Wait 15 minutes, or call the person who runs this system.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Somebody whose access ended is told the same as somebody who never had it."""
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """No "signed in as": it would wait in a cookie, with the name, for a page that shows it."""
