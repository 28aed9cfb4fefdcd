"""How tests sign staff in: quickly as somebody who has typed a code, or by hand with the code of this moment.

The quick way writes into the session what a real sign-in leaves there. It is here and not in the product: there is no
setting that lets somebody in without a second factor.
"""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from clinic.accounts import factors, sessions
from clinic.accounts.models import User
from clinic.web.sessions import SessionStore

PASSWORD = "a long password for the tests"
STEP = 30


def signed_in(user: User, client: Client | None = None, *, proven: bool = True) -> Client:
    """The browser of somebody who has just signed in.

    Args:
        user: who; they get an app as their second factor when they have none.
        client: the browser, a new one when left out.
        proven: False for a session in which only the password was typed; the user then keeps the factors they have.
    """
    client = client or Client()
    if settings.SESSION_COOKIE_NAME in client.cookies:
        client.force_login(user)  # somebody was here before; what becomes of their session is Django's to say
    session = client.session if client.cookies else SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[sessions.SINCE] = session[sessions.SEEN] = int(time.time())
    if proven:
        if not factors.has_one(user):
            factors.give_app(user)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def code_of(user: User, *, steps_ahead: int = 0) -> str:
    """What the app of somebody shows now, or will show soon; each code lets in once.

    Args:
        user: whose app.
        steps_ahead: 1 for the next code, which is taken already.
    """
    app = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return code_for(decrypt(app.data["secret"]), steps_ahead=steps_ahead)


def code_for(secret: str, *, steps_ahead: int = 0) -> str:
    """The code of a secret, as an app works it out."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // STEP + steps_ahead))
