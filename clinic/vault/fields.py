"""Model fields that are encrypted at rest, bound to their row, and fail closed.

A value is JSON, then AES-256-GCM. Table, column and primary key are associated data, so a ciphertext that was moved to
another row or column does not open. The database only ever sees bytes, and the ORM cannot search or compare them.
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from clinic.vault.keys import ring

FORMAT = b"T1"
NONCE_BYTES = 12
log = logging.getLogger(__name__)


class CannotOpen(Exception):
    """A stored value that no key on the ring opens for this row: tampered with, moved, or its key is gone."""


class NotSealed(TypeError):
    """A plain value was about to reach the database through a query instead of a saved row."""


class Sealed(bytes):
    """An encrypted value as it is stored."""


def seal(value: Any, bound_to: str) -> Sealed:
    """Encrypt a JSON value for one place.

    Args:
        value: anything JSON can say, 0, False and "" included.
        bound_to: table, column and row; it opens only with the same text.
    """
    keys = ring()
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    encrypted = keys.ciphers[keys.active].encrypt(nonce, plain, bound_to.encode())
    key_id = keys.active.encode()
    return Sealed(FORMAT + bytes([len(key_id)]) + key_id + nonce + encrypted)


def unseal(stored: bytes, bound_to: str) -> Any:
    """Decrypt what `seal` made for the same place.

    Raises:
        CannotOpen: anything at all is wrong; the reason is not told apart, and no part of the value is shown.
    """
    try:
        size = stored[2]
        key_id = stored[3 : 3 + size].decode()
        nonce, encrypted = stored[3 + size : 3 + size + NONCE_BYTES], stored[3 + size + NONCE_BYTES :]
        cipher = ring().cipher(key_id)
        if stored[:2] != FORMAT or cipher is None:
            raise ValueError
        return json.loads(cipher.decrypt(bytes(nonce), bytes(encrypted), bound_to.encode()))
    except Exception:  # noqa: BLE001 - fail closed, and say nothing about why
        raise CannotOpen(f"A value of {bound_to.split(':')[0]} cannot be opened.") from None


def opened(row: models.Model, name: str, otherwise: Any) -> Any:
    """An encrypted value for a list of many rows, in which one that cannot be opened must not hide the others.

    Args:
        row: whose.
        name: the field.
        otherwise: what stands in its place when it cannot be opened, which is logged.
    """
    try:
        return getattr(row, name)
    except CannotOpen as refusal:
        log.error("%s, in the row %s", refusal, row.pk)
        return otherwise


def key_id_of(stored: bytes) -> str:
    """The id of the key that a stored value was encrypted with."""
    return bytes(stored[3 : 3 + stored[2]]).decode()


class _OpensOnRead(DeferredAttribute):
    """Opens the value when the attribute is first read, when the row it belongs to is known."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        opened = unseal(value, self.field.bound_to(instance))  # type: ignore[attr-defined]
        instance.__dict__[self.field.attname] = opened
        return opened

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):
    """Any JSON value, encrypted. None is stored as NULL; the primary key must be known before saving (use a UUID)."""

    descriptor_class = _OpensOnRead
    empty_strings_allowed = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def bound_to(self, instance: models.Model) -> str:
        """The associated data of this field in this row."""
        if instance.pk is None:
            raise NotSealed(f"{self.model.__name__} needs its primary key before {self.name} can be encrypted.")
        return f"{self.model._meta.db_table}.{self.column}:{instance.pk}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return seal(value, self.bound_to(model_instance))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise NotSealed(f"{self.name} is encrypted: change it on an object and save that.")
        return super().get_db_prep_value(value, connection, prepared)

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        """The default as it was given; a BinaryField would make bytes of an empty text."""
        return models.Field.get_default(self)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise NotSealed(f"{self.name} is encrypted and cannot be searched; use a blind index.")

    def value_to_string(self, obj: models.Model) -> str:
        raise NotSealed(f"{self.name} is encrypted and is not serialised.")
