"""The form staff sign in with: e-mail and password, and nothing that keeps a shared computer signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """allauth's form, in our words and without "remember me"."""

    use_required_attribute = False

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
