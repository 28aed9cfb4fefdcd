"""Whom this machine trusts: what makes certain that a provider is who it says it is."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """Encrypted, with a certificate that is looked at and a name that fits it.

    Read once in a process: it takes longer than to hand over a message. Workers that run see new certificates of this
    machine when they are started again.
    """
    return ssl.create_default_context()
