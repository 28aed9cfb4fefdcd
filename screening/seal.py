"""The seal of a protocol: the sha256 of every file in its folder, so that a published one cannot change unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from screening.loading import folder as protocol_folder
from screening.loading.folder import SEAL_FILE
from screening.loading.mistakes import Mistake, NotAProtocol


def sums(files: Mapping[str, bytes]) -> str:
    """One line a file, as the program sha256sum prints them, sorted by path; the seal's own file is left out.

    Args:
        files: the folder's files, keyed by path.
    """
    names = sorted(name for name in files if name != SEAL_FILE)
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names)


def of(files: Mapping[str, bytes]) -> str:
    """The seal: the sha256, as hexadecimal text, of the list of sums."""
    return hashlib.sha256(sums(files).encode()).hexdigest()


def seal(folder: Path) -> str:
    """Write the folder's seal, which publishes it: from then on any change is refused.

    Args:
        folder: a protocol folder; load it with `sealed=False` first to know that it is a good one.
    Returns:
        The seal.
    Raises:
        NotAProtocol: the folder has a file that no protocol has, or lacks one.
    """
    mistakes: list[Mistake] = []
    files = protocol_folder.read(folder, mistakes)
    if mistakes:
        raise NotAProtocol(mistakes)
    (folder / SEAL_FILE).write_text(sums(files), encoding="utf-8", newline="\n")
    return of(files)


def broken(files: Mapping[str, bytes]) -> list[Mistake]:
    """What differs between the files and their seal; nothing when they agree to the byte.

    Args:
        files: the folder's files, keyed by path, with the seal's own.
    """
    if SEAL_FILE not in files:
        return [Mistake(SEAL_FILE, 0, "This is missing: the protocol was never published.")]
    written, now = files[SEAL_FILE].decode("utf-8", "replace"), sums(files)
    if written == now:
        return []
    promised, found = _by_name(written), _by_name(now)
    mistakes = [
        Mistake(name, 0, "This file is not what was published: it differs from the seal.")
        for name in promised.keys() & found.keys()
        if promised[name] != found[name]
    ]
    mistakes += [
        Mistake(name, 0, "This file is in the seal and is missing.") for name in promised.keys() - found.keys()
    ]
    mistakes += [Mistake(name, 0, "This file is not in the seal.") for name in found.keys() - promised.keys()]
    return mistakes or [Mistake(SEAL_FILE, 0, "The seal is not written as sha256sum writes it.")]


def _by_name(text: str) -> dict[str, str]:
    pairs = (line.split("  ", 1) for line in text.splitlines() if "  " in line)
    return {name: digest for digest, name in pairs}
