"""The keys of one machine: made once, readable by their owner only, never overwritten."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from clinic.onebox import disk, places

DJANGO_KEY_FILE = "django-secret-key"
VAULT_KEYS_FILE = "vault-keys"
FIRST_KEY_ID = "k1"
VARIABLES = {DJANGO_KEY_FILE: "SECRET_KEY", VAULT_KEYS_FILE: "VAULT_KEYS"}


class SecretMissing(RuntimeError):
    """A key that must not be invented here."""


def ensure() -> None:
    """Make each key that neither the environment nor the folder has.

    Raises:
        SecretMissing: in production, where keys come from a person; or when a database is already here, because
            a new key could not read what the lost one encrypted.
    """
    for name, variable in VARIABLES.items():
        path = places.secrets_dir() / name
        if os.environ.get(variable) or path.exists():
            continue
        _may_be_made(path, variable)
        places.make_var_dir()
        disk.write_once(path, _new(name))


def _may_be_made(path: Path, variable: str) -> None:
    if os.environ.get("ENVIRONMENT") == "production":
        raise SecretMissing(f"Set {variable}, or put it in {path}: in production no key is made up.")
    if (places.var_dir() / "pgdata" / "PG_VERSION").exists():
        raise SecretMissing(
            f"{path} is missing, but {places.var_dir() / 'pgdata'} holds data that was written with it. "
            f"Put the file back from your backup, or set {variable}. "
            "To begin again without that data, remove the whole folder (`make clean`)."
        )


def _new(name: str) -> str:
    if name == DJANGO_KEY_FILE:
        return secrets.token_urlsafe(50) + "\n"
    return f"{FIRST_KEY_ID} {base64.b64encode(secrets.token_bytes(32)).decode()}\n"
