"""Programs as child processes: started on a leash, asked to end politely, and found again when they outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")
SAME_ACCOUNT = "same"
MOMENT = 0.05
"""Seconds between two looks at something we wait for."""
HARD_STOP_AFTER = 2.0
"""Seconds between asking a process to drop everything and ending it for good."""


@dataclass(frozen=True)
class Program:
    """What to start, where, as whom, and which signal asks it to end; also sent when we die without a word."""

    name: str
    command: tuple[str, ...]
    folder: Path | None = None
    ends_on: signal.Signals = signal.SIGTERM
    account: str = SAME_ACCOUNT
    inherits: tuple[int, ...] = ()

    def start(self, output: int | IO[bytes] | None) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, so that Ctrl-C reaches us alone and we can end things in order.

        Call it from the main thread: the kernel sends the death signal when the thread that started the child ends.
        """
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            leashed(self.command, self.account, self.ends_on),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.inherits,
        )


def leashed(
    command: tuple[str, ...], account: str = SAME_ACCOUNT, ends_on: signal.Signals = signal.SIGTERM
) -> list[str]:
    """The command that runs `command` as `account`, ending it with `ends_on` when this process dies."""
    return [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(ends_on)), account, *command]


def end(running: Iterable[subprocess.Popen[bytes]], by: float) -> None:
    """Wait until processes that were asked to end have ended.

    Those still there at `by` (monotonic seconds) are told to drop everything, and HARD_STOP_AFTER seconds later killed
    with all they started.
    """
    left = _still_there(running, by)
    for process in left:
        process.send_signal(signal.SIGQUIT)
    for process in _still_there(left, time.monotonic() + HARD_STOP_AFTER):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _still_there(running: Iterable[subprocess.Popen[bytes]], by: float) -> list[subprocess.Popen[bytes]]:
    left = []
    for process in running:
        try:
            process.wait(timeout=max(0.0, by - time.monotonic()))
        except subprocess.TimeoutExpired:
            left.append(process)
    return left


def living_in(folder: Path) -> list[int]:
    """The ids of live processes whose working directory is this folder.

    PostgreSQL and Valkey work inside their data folder, so this tells whether one of them is still there. An id found
    in a lock file does not: after a crash it may belong to a zombie or to another program.
    """
    wanted = os.path.realpath(folder)
    return [pid for pid in _process_ids() if _works_in(pid) == wanted and _is_alive(pid)]


def wait_until_nobody_lives_in(folder: Path, seconds: float) -> bool:
    """Whether the folder was left by every process within the time."""
    by = time.monotonic() + seconds
    while living_in(folder):
        if time.monotonic() > by:
            return False
        time.sleep(MOMENT)
    return True


def _process_ids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _works_in(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
