"""The forms of signing in: e-mail and password, one code, a passkey, and the first password of somebody invited."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.accounts import limits
from clinic.accounts.factors import StaffFactors
from clinic.accounts.models import User
from clinic.audit.record import record
from clinic.web.forms import InPage

NO_CODE = "Enter the code from your app"
NO_PASSKEY = "That passkey does not work here"
NONSENSE = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)
"""What the passkey library raises for something that was never a passkey."""


class SignInForm(InPage, LoginForm):
    """allauth's form, in our words and without "remember me"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["remember"]
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "Email", "Password"
        login.error_messages |= {
            "required": "Enter your email",
            "invalid": "Enter an email address like name@clinic.org",
        }
        password.error_messages["required"] = "Enter your password"
        password.help_text = ""
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        """The sign-in ends with the browser."""
        cleaned = super().clean()
        cleaned["remember"] = False
        return cleaned


class OneCode(InPage):
    """One box for a code: it may be pasted with spaces, wrong ones are counted and recorded, each works once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label, code.error_messages["required"] = "Code", NO_CODE
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}

    def clean_code(self) -> str:
        try:
            code = super().clean_code()
        except ValidationError as refusal:
            raise _refused(self.user, refusal) from None
        if not _is_new(self.user, code):
            raise _refused(self.user, StaffFactors().validation_error("incorrect_code"))
        return code


class CodeForm(OneCode, AuthenticateForm):
    """The code that ends a sign-in."""


class CodeAgainForm(OneCode, ReauthenticateForm):
    """The code before a sensitive step."""


class AppForm(OneCode, ActivateTOTPForm):
    """The first code of an app that is being set up."""


class OnePasskey:
    """A passkey that is used; wrong ones are recorded."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except ValidationError as refusal:
            raise _refused(self.user, refusal) from None
        except NONSENSE:
            raise _refused(self.user, ValidationError(NO_PASSKEY, code="incorrect_code")) from None


class PasskeyForm(OnePasskey, AuthenticateWebAuthnForm):
    """The passkey that ends a sign-in."""


class PasskeyAgainForm(OnePasskey, ReauthenticateWebAuthnForm):
    """The passkey before a sensitive step."""


class NewPasskeyForm(AddWebAuthnForm):
    """A passkey that is set up."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except NONSENSE:
            raise ValidationError(NO_PASSKEY, code="incorrect_code") from None


class JoinForm(InPage, forms.Form):
    """Who somebody is, and the password they choose."""

    name = forms.CharField(
        label="Your name",
        help_text="As colleagues and patients see it, for example Dr. Ama Osei",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name", "max_length": "Your name must be 120 letters or fewer"},
    )
    password = forms.CharField(
        label="Choose a password",
        help_text="12 letters or more. Three words that do not belong together are easy to remember",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password", "max_length": "Your password must be 1,000 letters or fewer"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": user.name}, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        self.user.name = self.cleaned_data.get("name", "")
        validate_password(password, self.user)
        return password


def _is_new(user: User, code: str) -> bool:
    """Codes of one step before and after are taken, for clocks that go wrong; none of them is taken twice.

    allauth remembers a used code for one step of 30 seconds, which is shorter than it is taken for.
    """
    steps = 2 * settings.MFA_TOTP_TOLERANCE + 2
    digits = "".join(filter(str.isalnum, code))
    return cache.add(f"staff-code:{user.pk}:{digits}", "used", timeout=steps * 30)


def _refused(user: User, refusal: ValidationError) -> ValidationError:
    """Put a wrong code or passkey on the record; too many of them say when the door opens."""
    is_too_many = refusal.code in ("too_many_login_attempts", "rate_limited")
    with transaction.atomic():
        action = "accounts.too_many_tries" if is_too_many else "accounts.code_failed"
        record(by=user.actor, action=action, subject=user.actor.ref)
    if is_too_many:
        return ValidationError(limits.sentence(context.request, f"mfa-auth-user-{user.pk}"), code=refusal.code)
    return refusal
