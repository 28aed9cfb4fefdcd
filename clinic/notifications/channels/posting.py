"""One HTTP POST to a provider: encrypted, never longer than some seconds, never led elsewhere."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from clinic.notifications.channels.outgoing import NotSetUp
from clinic.notifications.channels.trust import trusted

SECONDS_TO_CONNECT: Final = 5.0
SECONDS_TO_ANSWER: Final = 10.0
SECONDS_IN_ALL: Final = 20.0
LONGEST_ANSWER: Final = 64 * 1024
PIECE: Final = 4096
HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said."""

    status: int
    body: bytes

    @property
    def is_yes(self) -> bool:
        """True when it took the message."""
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post once. No redirect is followed and nothing is tried again here: that is what the row is for.

    Args:
        url: https, or http on this machine.
        body, headers: what to send.
    Raises:
        NotSetUp: the address is not one that a message may go to.
        OSError, http.client.HTTPException: no answer, or none in time.
    """
    parts = urlsplit(url)
    until = time.monotonic() + SECONDS_IN_ALL
    connection = _connection(parts)
    try:
        connection.connect()
        connection.sock.settimeout(SECONDS_TO_ANSWER)
        target = parts.path or "/"
        connection.request("POST", f"{target}?{parts.query}" if parts.query else target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, _read(response, until))
    finally:
        connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme == "https" and parts.hostname:
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS_TO_CONNECT, context=trusted())
    if parts.scheme == "http" and parts.hostname in HERE:
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS_TO_CONNECT)
    raise NotSetUp("a provider is reached by https only")


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """The answer, up to a length and a moment: a provider that drips does not hold a worker."""
    read = b""
    while len(read) < LONGEST_ANSWER and (piece := response.read1(PIECE)):
        read += piece
        if time.monotonic() > until:
            raise TimeoutError("the answer takes too long")
    return read
