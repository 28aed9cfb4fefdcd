"""Becomes another program that is told to stop when the process that started it dies, however that process dies.

Run by path in an isolated interpreter, so it imports nothing of the project:
    python -I -S leash.py PARENT SIGNAL ACCOUNT PROGRAM [ARGUMENT ...]
PARENT is the process id of the starter, SIGNAL the number sent when it dies, and ACCOUNT is `same`, `namespace`
(another user's name for our own rights, for programs that refuse to be root) or `UID:GID`.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def become(account: str) -> None:
    """Change to the account; afterwards there is no way back."""
    if account == "same":
        return
    if account == "namespace":
        rename_in_namespace()
        return
    uid, gid = map(int, account.split(":"))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def rename_in_namespace() -> None:
    """Keep our rights on files, under the name `nobody`, in a user namespace of our own."""
    uid, gid = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWUSER)
    for file, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as mapping:
            mapping.write(line)


def die_with(parent: int, signal: int) -> None:
    """Ask the kernel for the signal; asked after the account changed, because that change would forget it."""
    call("prctl", PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


def call(name: str, *arguments: int) -> None:
    """A system call that Python 3.11 has no name for."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*map(ctypes.c_ulong, arguments)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def main(parent: str, signal: str, account: str, *command: str) -> None:
    try:
        become(account)
        die_with(int(parent), int(signal))
        os.execv(command[0], command)  # noqa: S606 - the command of our own caller
    except OSError as error:
        sys.exit(f"cannot start {command[0]} as {account}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
