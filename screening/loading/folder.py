"""The files of a protocol folder as bytes, and as text: only plain files of a sensible size, each where it belongs."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from screening.loading.mistakes import Mistake

SEAL_FILE: Final = "published.sha256"
KNOWN_NAMES: Final = "known_names.csv"
MAX_BYTES: Final = 5_000_000
MAX_FILES: Final = 500
SINGLE_FILES: Final = (
    "protocol.toml",
    "medications.toml",
    "instruments.toml",
    "followups.toml",
    "sources.toml",
    KNOWN_NAMES,
)
GROUPED_FILES: Final = re.compile(
    r"questions/\d+-[a-z-]+\.toml|rules/[a-z_]+\.toml|cases/[a-z-]+\.toml|words/[a-z-]+\.toml"
)


def read(folder: Path, mistakes: list[Mistake]) -> dict[str, bytes]:
    """Every file of the folder, keyed by its path inside it, in the order of these paths.

    Args:
        folder: the protocol's folder.
        mistakes: grows by what is missing, does not belong there, is a link, or is too large.
    """
    if not folder.is_dir():
        mistakes.append(Mistake(folder.name, 0, "There is no such protocol folder."))
        return {}
    files: dict[str, bytes] = {}
    for path in sorted(_entries(folder)):
        name = path.relative_to(folder).as_posix()
        problem = _problem(path, name) if len(files) < MAX_FILES else f"The folder has more than {MAX_FILES} files."
        if problem:
            mistakes.append(Mistake(name, 0, problem))
            continue
        try:
            files[name] = path.read_bytes()
        except OSError:
            mistakes.append(Mistake(name, 0, "This file cannot be opened."))
    _note_missing(files, {mistake.file for mistake in mistakes}, mistakes)
    return files


def _entries(folder: Path) -> Iterator[Path]:
    """Every file, and every link whatever it points to; folders themselves are not entries."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in (*names, *links))


def _problem(path: Path, name: str) -> str:
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        return "This is a link or no plain file; a protocol holds only files of its own."
    if name != SEAL_FILE and name not in SINGLE_FILES and not GROUPED_FILES.fullmatch(name):
        return "This is not a file that a protocol has."
    if about.st_size > MAX_BYTES:
        return f"This file has {about.st_size:,} bytes; a protocol file has at most {MAX_BYTES:,}."
    return ""


def _note_missing(files: dict[str, bytes], named: set[str], mistakes: list[Mistake]) -> None:
    missing = [name for name in SINGLE_FILES if name not in files and name not in named]
    missing += [f"{group}/" for group in ("questions", "rules") if not any(n.startswith(f"{group}/") for n in files)]
    mistakes.extend(Mistake(name, 0, "This is missing.") for name in missing)


def text(files: dict[str, bytes], name: str, mistakes: list[Mistake]) -> str:
    """A file as text, empty when it is missing or is not UTF-8.

    Args:
        files: what `read` returned.
        name: the path of the file inside the folder.
        mistakes: grows when the file is not UTF-8.
    """
    raw = files.get(name, b"")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistakes.append(Mistake(name, line, "This line is not UTF-8 text."))
        return ""
