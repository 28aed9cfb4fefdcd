"""Where things live on one machine, and the addresses of its parts; settings read it, so it imports no Django."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[2]
DATABASE_NAME = "threshold"
DATABASE_USER = "app"
DATABASE_PORT = 5432
DATABASE_SOCKET = f".s.PGSQL.{DATABASE_PORT}"
BROKER_SOCKET = "valkey.sock"
LONGEST_SOCKET_PATH = 100
"""The kernel takes 107 bytes for the path of a socket; a little is left for those who add to it."""


class UnsafeFolder(RuntimeError):
    """A folder that is not ours alone, so nothing private goes into it."""


def var_dir() -> Path:
    """The folder of everything this machine keeps: THRESHOLD_VAR, or `var` beside manage.py."""
    return Path(os.environ.get("THRESHOLD_VAR") or REPOSITORY / "var").absolute()


def make_var_dir() -> Path:
    """The folder of everything this machine keeps, made for its owner only if it is not there."""
    folder = var_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secrets_dir() -> Path:
    """The folder of the keys.

    Raises:
        UnsafeFolder: it belongs to another user.
    """
    folder = var_dir() / "secrets"
    if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
        raise UnsafeFolder(f"{var_dir()} belongs to another user, who started the clinic here first. Start it as them.")
    return folder


def run_dir() -> Path:
    """The folder of the sockets: `var/run`, or a short one under the system's temporary folder when that is too long.

    Raises:
        UnsafeFolder: the short folder exists but is not ours alone, so a socket in it is not to be trusted.
    """
    inside = var_dir() / "run"
    if len(os.fsencode(inside / DATABASE_SOCKET)) < LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(os.fsencode(var_dir())).hexdigest()[:12]
    outside = Path(tempfile.gettempdir()) / f"threshold-{os.geteuid()}-{name}"
    if os.path.lexists(outside):
        _must_be_ours_alone(outside)
    return outside


def make_run_dir() -> Path:
    """The folder of the sockets, made if it is not there, readable by nobody else."""
    make_var_dir()
    folder = run_dir()
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.parent == var_dir():
        folder.chmod(0o700)
    else:
        _must_be_ours_alone(folder)
    return folder


def database_url() -> str:
    """The address of the embedded PostgreSQL."""
    host = quote(str(run_dir()))
    return f"postgresql://{DATABASE_USER}@/{DATABASE_NAME}?host={host}&port={DATABASE_PORT}"


def broker_url() -> str:
    """The address of the embedded Valkey, as Celery spells it."""
    return f"redis+socket://{quote(str(run_dir() / BROKER_SOCKET))}"


def _must_be_ours_alone(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafeFolder(f"{folder} must be a folder that only this user can read. Remove it and start again.")
