"""A lock that ends with its holder, however the holder ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Taken(RuntimeError):
    """Another process holds the lock; the message is what that process said about itself."""


class Lock:
    """An exclusive lock on a file, in which its holder says who it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self) -> None:
        """Hold the lock until this process ends or lets go.

        Raises:
            Taken: another process holds it.
        """
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise Taken(self.path.read_text().strip()) from None
        self._file = file

    def say(self, text: str) -> None:
        """Leave a line for whoever finds the lock taken."""
        assert self._file is not None, "only the holder speaks"  # noqa: S101
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{text}\n".encode(), 0)

    def let_go(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
