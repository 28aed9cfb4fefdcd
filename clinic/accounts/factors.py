"""The second factors of the staff: an app, passkeys and recovery codes; their secrets are encrypted."""

from __future__ import annotations

import base64
from typing import Any, Final

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.accounts.models import User
from clinic.vault.fields import seal, unseal

REAL: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""
BOUND_TO: Final = "mfa_authenticator.data"
NAMES: Final[dict[str, str]] = {
    Authenticator.Type.TOTP: "app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


class StaffFactors(DefaultMFAAdapter):
    """allauth's adapter: secrets through the vault, the picture of the secret drawn here, the last factor kept."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code does not work. Each code works once, and for half a minute: try the next one",
        "cannot_delete_authenticator": "This is your only second step. Add another one first",
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, BOUND_TO)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), BOUND_TO)

    def build_totp_svg(self, url: str) -> SafeString:
        """Black on white in both themes, because cameras expect it."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="The secret as a picture, for your app"'
            ' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>',
            len(rows),
            path,
        )

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return real(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"


def real(user: User) -> Any:
    """The factors with which this person can sign in."""
    return Authenticator.objects.filter(user=user, type__in=REAL)


def of(user: User) -> dict[int, str]:
    """Everything this person can sign in with besides the password, by id, in words."""
    return {each.pk: NAMES[each.type] for each in Authenticator.objects.filter(user=user)}


def has_one(user: User) -> bool:
    """True when this person has set up a second factor."""
    return real(user).exists()


def give_app(user: User, secret: str | None = None) -> str:
    """Set up the app of somebody whose secret is told to them in another way, as in the demo.

    Returns:
        The secret.
    """
    secret = secret or generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def in_words(user_ids: list[int]) -> dict[int, str]:
    """What each of these people signs in with, in words; one query for all."""
    found: dict[int, list[Authenticator]] = {}
    for factor in Authenticator.objects.filter(user_id__in=user_ids).order_by("pk"):
        found.setdefault(factor.user_id, []).append(factor)
    return {user_id: _words(found.get(user_id, [])) for user_id in user_ids}


def _words(factors: list[Authenticator]) -> str:
    types = [factor.type for factor in factors]
    passkeys = types.count(Authenticator.Type.WEBAUTHN)
    said = ["App"] if Authenticator.Type.TOTP in types else []
    if passkeys:
        said.append("1 passkey" if passkeys == 1 else f"{passkeys} passkeys")
    if not said:
        return "Not set up"
    left = sum(len(each.wrap().get_unused_codes()) for each in factors if each.type not in REAL)
    return ", ".join([*said, f"{left or 'no'} recovery codes left"])


def page_for_again(user: User) -> str:
    """Where this person shows a second factor again: by a code, or by passkey when that is all they have."""
    has_app = real(user).filter(type=Authenticator.Type.TOTP).exists()
    return reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
