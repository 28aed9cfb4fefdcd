"""Files that survive a power cut whole, or are not there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Write a private file that only its owner reads, unless it is already there.

    It is written beside, flushed, then linked: a crash leaves no half file, and whoever comes first wins.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
        flush_folder(path.parent)
    except FileExistsError:
        return
    finally:
        os.unlink(beside)


def flush_folder(folder: Path) -> None:
    """Make a new or renamed entry of the folder survive."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
