"""The clinic's own web server on loopback, and one visitor who keeps a connection to it open, as browsers do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from clinic.onebox import processes, programs
from clinic.onebox.web import Address
from tests.bench import place
from tests.bench.visitors import Answer

READY_WITHIN: Final = 30.0
PAUSE: Final = 0.01
"""Seconds between requests: the thread that tells the workers works on after the answer, in the server's process."""
KEPT: Final = 1.0
"""Seconds that a line may stand still; the server hangs up after two."""


class NotServed(RuntimeError):
    """The web server did not start, or did not answer in full."""


class Line:
    """One connection to the web server, kept from request to request."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection((self.address.host, self.address.port), timeout=READY_WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used_at = time.monotonic()

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def pause(self) -> None:
        """Let the server finish what it does after an answer; call it again when it will have hung up."""
        time.sleep(PAUSE)
        if time.monotonic() - self.used_at > KEPT:
            self.close()
            self._open()

    def ask(self, written: bytes) -> Answer:
        """Send a request that is written out already, and read the whole answer."""
        self.socket.sendall(written)
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, body = read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        parts, size = [body], int(told["content-length"]) - len(body)
        while size > 0:
            parts.append(self._more())
            size -= len(parts[-1])
        self.used_at = time.monotonic()
        return Answer(int(first.split()[1]), told, b"".join(parts))

    def _more(self) -> bytes:
        more = self.socket.recv(65536)
        if not more:
            raise NotServed("The server hung up.")
        return more


def written(asked: dict[str, Any]) -> bytes:
    """A request of `visitors.request` as it goes over the line."""
    body = asked["wsgi.input"].read() if asked["REQUEST_METHOD"] == "POST" else b""
    head = [f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']} HTTP/1.1", "Host: 127.0.0.1"]
    head += [f"Cookie: {asked['HTTP_COOKIE']}"]
    if body:
        head += [f"Content-Type: {asked['CONTENT_TYPE']}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


@contextmanager
def opened() -> Iterator[Line]:
    """The web server as `make run` starts it, until the block ends."""
    address = Address("127.0.0.1")
    program = programs.web(address)
    with (place.VAR / "web.log").open("ab") as log:
        server = program.start(log)
    try:
        until = time.monotonic() + READY_WITHIN
        while not address.answers():
            if time.monotonic() > until or server.poll() is not None:
                raise NotServed((place.VAR / "web.log").read_text()[-2000:])
            time.sleep(0.1)
        line = Line(address)
        yield line
        line.close()
    finally:
        server.send_signal(program.ends_on)
        processes.end([server], time.monotonic() + place.STOP_WITHIN)
        address.socket.close()
