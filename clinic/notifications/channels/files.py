"""What development does instead of sending: one file for each message."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def keep(content: bytes, *, folder: Path, name: str) -> None:
    """Write beside, flush, then link: never half a message, and what was sent first stays.

    Args:
        content: the message.
        folder: made when it is not there, for its owner alone.
        name: of the file; the same name again changes nothing.
    Raises:
        OSError: it could not be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, folder / name)
    finally:
        os.unlink(beside)
