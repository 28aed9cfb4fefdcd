"""A mail server on this machine that takes messages, or does what a bad one does."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Mailbox(socketserver.ThreadingTCPServer):
    """What was accepted, in order; `says` replaces the answer to a command, and None hangs up instead."""

    allow_reuse_address = True
    daemon_threads = True
    silent_for = 3.0
    """Seconds that it takes before it hangs up, when it is to be silent."""

    def __init__(self, says: dict[str, str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.says = says
        self.accepted: list[str] = []
        self.commands: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    ANSWERS = {"EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "QUIT": "221 bye"}
    server: Mailbox

    def handle(self) -> None:
        if not self._say(self.server.says.get("HELLO", "220 here")):
            return
        while line := self.rfile.readline().decode().strip():
            command = line[:4].upper()
            self.server.commands.append(line)
            if not self._say(self.server.says.get(command, self.ANSWERS.get(command, "502 no"))):
                return
            if command == "DATA" and "DATA" not in self.server.says and not self._take():
                return
            if command == "QUIT":
                return

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            if not line:
                return False
            lines.append(line)
        answer = self.server.says.get("END", "250 taken")
        if answer is None or answer.startswith("250") or self.server.says.get("KEEPS"):
            self.server.accepted.append("".join(lines))
        return self._say(answer)

    def _say(self, answer: str | None) -> bool:
        if answer is None:
            return False
        if answer == "silence":
            threading.Event().wait(self.server.silent_for)
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True


@contextmanager
def mailbox(**says: str | None) -> Iterator[Mailbox]:
    """A running mail server; `says` by the first four letters of a command, HELLO at the start, END after the text."""
    with Mailbox(says) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
