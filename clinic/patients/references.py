"""References that people read aloud: no look-alike characters, no meaning, not guessable one from the next."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7


def new_reference() -> str:
    """A reference such as `LK-7KQ2M9T`."""
    return "LK-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
