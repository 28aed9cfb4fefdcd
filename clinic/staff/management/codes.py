"""The secrets of the invented staff's apps, said aloud; only commands that production refuses ask for them."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from clinic.accounts.factors import StaffFactors
from clinic.accounts.models import User

STEP_SECONDS = 30


def address_for_app(user: User) -> str:
    """The otpauth address that an app reads; nothing when they have no app."""
    secret = secret_of(user)
    return StaffFactors().build_totp_url(user, secret) if secret else ""


def secret_of(user: User) -> str:
    """The secret of their app; nothing when they have none.

    Raises:
        PermissionError: this is production.
    """
    if settings.IS_PRODUCTION:
        raise PermissionError("No secret is said aloud in production.")
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return StaffFactors().decrypt(app.data["secret"]) if app else ""


def code_now(secret: str) -> tuple[str, int]:
    """What an app with this secret shows now, and for how many seconds more."""
    now = int(time.time())
    return format_hotp_value(hotp_value(secret, now // STEP_SECONDS)), STEP_SECONDS - now % STEP_SECONDS
