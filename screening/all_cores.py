"""One function over many lines, on all cores: answers come in the order of the lines, and few lines wait at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_all_start_methods, get_context
from signal import SIG_IGN, SIGINT, signal
from typing import Any, Final, TypeVar

_Told = TypeVar("_Told")
LINES: Final = 100
"""Lines that one process gets at a time."""
BYTES: Final = 1_000_000
"""It gets fewer of long ones."""
_work: Callable[[bytes], object]


def on_all_cores(work: Callable[[bytes], _Told], lines: Iterable[bytes]) -> Iterator[_Told]:
    """What the function makes of each line, in the order of the lines; in this process alone when they are few.

    Args:
        work: what it gives back is carried between processes, so it is plain or small; it itself never is.
        lines: read only as far as there are cores that wait for some.
    Raises:
        ChildProcessError: a process was ended from outside.
    """
    chunks = _chunks(lines)
    first = list(islice(chunks, 2))
    cores = os.cpu_count() or 1
    if len(first) < 2 or cores == 1 or "fork" not in get_all_start_methods():
        for chunk in chain(first, chunks):
            yield from map(work, chunk)
        return
    waiting: deque[Future[list[_Told]]] = deque()
    with ProcessPoolExecutor(cores, get_context("fork"), _begin, (work,)) as pool:
        try:
            for chunk in chain(first, chunks):
                waiting.append(pool.submit(_done, chunk))
                if len(waiting) > 2 * cores:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool:
            raise ChildProcessError("One of the processes was ended from outside.") from None


def _chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if len(chunk) == LINES or size > BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _begin(work: Callable[[bytes], object]) -> None:
    global _work
    _work = work
    signal(SIGINT, SIG_IGN)  # Ctrl-C is for the process that prints


def _done(chunk: list[bytes]) -> list[Any]:
    return [_work(line) for line in chunk]
