"""How much is installed: the number of packages and their size, for running the clinic and for working on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from tests.bench.figures import Figure

ROOT: Final = Path(__file__).resolve().parents[2]
PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
MEGABYTE: Final = 1_000_000
LARGEST: Final = 5


def figures() -> Iterator[Figure]:
    """Packages and megabytes, without compiled byte code, which differs from one installation to the next."""
    running = _pinned("requirements.txt")
    working = _pinned("requirements-dev.txt") - running
    for what, names in (("to run the clinic", running), ("to work on it, in addition", working)):
        sizes = {name: _size(name) for name in names}
        missing = sorted(name for name, size in sizes.items() if size is None)
        found = {name: size for name, size in sizes.items() if size is not None}
        largest = sorted(found, key=lambda name: -found[name])[:LARGEST]
        detail = ", ".join(f"{name} {found[name] / MEGABYTE:.1f}" for name in largest)
        yield Figure(f"wheels pinned {what}", len(names), "", detail=f"not installed: {missing}" if missing else "")
        yield Figure(f"installed size {what}", sum(found.values()) / MEGABYTE, "MB", detail=detail)


def _pinned(file: str) -> frozenset[str]:
    return frozenset(PINNED.findall((ROOT / file).read_text(encoding="utf-8")))


def _size(name: str) -> int | None:
    """The bytes of a package's files as listed by its installer; None when it is not here."""
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return None
    paths = [Path(str(found.locate_file(file))) for file in found.files or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file())
