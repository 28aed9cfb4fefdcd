"""Gathers the static files for the web server, when something about them has changed since the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command


def gather(stamp: Path) -> bool:
    """Collect and compress the static files, unless `stamp` says that the same ones were collected before.

    Returns whether there was something to do.
    """
    now = hashlib.sha256("\n".join(sorted(_described())).encode()).hexdigest()
    if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == now:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)
    return True


def _described() -> Iterator[str]:
    """Each source file with its size and time, and the way it will be stored."""
    yield repr((settings.STATIC_ROOT, settings.STORAGES["staticfiles"]))
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"
