"""A folder that can be full: a mount of its own where this machine lets us mount, and elsewhere a limit on its server.

Both are refusals of the kernel. With a mount a write ends in "No space left on device"; with a limit on the size of
files it ends in "File too large", for every file of the server, as nothing else can be had without rights.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from clinic.onebox.processes import Program, leashed
from tests.brokers.servers import family

ROOM: Final = "256m"
"""Enough for an empty cluster and the copy of a database."""
PIECE: Final = b"\0" * 1024 * 1024
NOTHING: Final = "1"
"""The longest a file may be, in bytes."""
ANYTHING: Final = "unlimited"


class Room:
    """How much a server may still write into its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"
        self.is_mount = _mounted(folder)

    def fill(self, program: Program, pid: int) -> None:
        """From now on nothing more can be written."""
        if not self.is_mount:
            limit(program, pid, NOTHING)
            return
        with self.filler.open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(PIECE):
                continue
        assert shutil.disk_usage(self.folder).free == 0

    def free(self, program: Program, pid: int) -> None:
        """Somebody made room again."""
        if self.is_mount:
            self.filler.unlink(missing_ok=True)
            return
        limit(program, pid, ANYTHING)


@contextmanager
def little_room(folder: Path) -> Iterator[Room]:
    """The folder, whose room can be used up; a mount is gone afterwards."""
    room = Room(folder)
    print(f"\nroom: {'a mount of its own' if room.is_mount else 'a limit on the size of files'}")
    try:
        yield room
    finally:
        if room.is_mount:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _mounted(folder: Path) -> bool:
    if os.geteuid() != 0 or os.environ.get("FAULTS_MOUNT") == "off":
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "none", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def limit(program: Program, pid: int, size: str) -> None:
    """Limit the files of a server and of all it started; told by its own account, as root may not everywhere."""
    tool = shutil.which("prlimit") or "/usr/bin/prlimit"
    for each in family(pid):
        told = leashed((tool, "--pid", str(each), f"--fsize={size}:"), program.account)
        done = subprocess.run(told, cwd="/", capture_output=True, check=False)
        assert done.returncode == 0 or not Path(f"/proc/{each}").exists(), done.stderr.decode()
