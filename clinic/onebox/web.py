"""The web server's address: a free port that we hold, and whether the server behind it answers."""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
from typing import Self

FIRST_PORT = 8000
LAST_PORT = 8099
ANSWER_WITHIN = 1.0


class NoPort(RuntimeError):
    """No port is free to listen on."""


class Address:
    """A port held open for the web server: while that starts, or starts again, visitors wait instead of failing."""

    def __init__(self, host: str, port: int | None = None) -> None:
        """Take `port`, or without one the first free from 8000.

        Raises:
            NoPort: the port, or all of them, are taken or not ours to use.
        """
        self.socket = _bind(host, [port] if port is not None else range(FIRST_PORT, LAST_PORT + 1))
        bound, self.port = self.socket.getsockname()[:2]
        self.host: str = "127.0.0.1" if ipaddress.ip_address(bound).is_unspecified else bound

    @classmethod
    def from_environment(cls) -> Self:
        """HOST and PORT of the environment; without them this machine only, at the first free port.

        Raises:
            NoPort: PORT is no number, or cannot be had.
        """
        host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT")
        if port and not port.isdecimal():
            raise NoPort(f"PORT must be a number, not {port!r}.")
        return cls(host, int(port) if port else None)

    @property
    def url(self) -> str:
        """The address to type into a browser on this machine."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def answers(self) -> bool:
        """Whether the server says it is well at /healthz, or, having no such page, answers at /."""
        status = self._status_of("/healthz")
        if status == http.client.NOT_FOUND:
            status = self._status_of("/")
        return 200 <= status < http.client.INTERNAL_SERVER_ERROR

    def _status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_WITHIN)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def _bind(host: str, ports: list[int] | range) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = ""
    for port in ports:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            listener.close()
            reason = str(error)
            continue
        return listener
    tried = f"port {ports[0]}" if len(ports) == 1 else f"the ports {ports[0]} to {ports[-1]}"
    raise NoPort(f"The web server cannot listen on {host} at {tried} ({reason}). Choose another with PORT=...")
