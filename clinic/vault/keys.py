"""The key ring: named 256-bit keys, the last of which encrypts; all of them decrypt."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_ID = re.compile("[a-z0-9-]{1,20}")


@dataclass(frozen=True)
class KeyRing:
    """Keys by id; `active` is the id of the one that encrypts."""

    ciphers: dict[str, AESGCM]
    active: str
    index_key: bytes

    def cipher(self, key_id: str) -> AESGCM | None:
        """The key of this name, or None when it is not on the ring."""
        return self.ciphers.get(key_id)

    def blind_index(self, purpose: str, text: str) -> str:
        """A keyed fingerprint to look a value up by without storing it.

        Args:
            purpose: what is looked up, so that equal texts of two kinds never match.
            text: the value in its one normal form.
        """
        return hmac.new(self.index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def parse(text: str) -> KeyRing:
    """A key ring from lines of `<key-id> <base64 of 32 bytes>`.

    Raises:
        ImproperlyConfigured: a line is not such a line, or there is none.
    """
    keys: dict[str, bytes] = {}
    for line in filter(None, (line.strip() for line in re.split(r"[\n,]", text))):
        key_id, _, encoded = line.partition(" ")
        try:
            key = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not KEY_ID.fullmatch(key_id) or len(key) != 32 or key_id in keys:
            raise ImproperlyConfigured("VAULT_KEYS: each line must be a new key id and the base64 of 32 bytes.")
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("VAULT_KEYS holds no key.")
    first = next(iter(keys.values()))
    index_key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"blind index").derive(first)
    return KeyRing({key_id: AESGCM(key) for key_id, key in keys.items()}, list(keys)[-1], index_key)


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """The key ring of this process."""
    return parse(settings.VAULT_KEYS)
