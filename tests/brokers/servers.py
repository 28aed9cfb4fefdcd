"""Real brokers on this machine: the embedded Valkey, and Debian's Redis and RabbitMQ, each in a folder of a test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kombu import Connection

from clinic.onebox.processes import Program
from clinic.onebox.valkey import SETTINGS, find_server

RABBIT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
EPMD = Path("/usr/bin/epmd")
"""Erlang's register of names. Started by us, so that the one RabbitMQ would leave behind as a daemon is not."""
READY_WITHIN = 90.0
Start = Callable[[Program], subprocess.Popen[bytes]]


class NotInstalled(RuntimeError):
    """This server is not on this machine."""


@dataclass
class Server:
    """A broker that runs. `again` starts it anew on the same folder."""

    name: str
    version: str
    url: str
    process: subprocess.Popen[bytes]
    again: Callable[[], subprocess.Popen[bytes]]

    def wait_until_ready(self) -> None:
        """Return when it takes a connection."""
        by = time.monotonic() + READY_WITHIN
        while True:
            try:
                with Connection(self.url, connect_timeout=2) as connection:
                    connection.ensure_connection(max_retries=1, timeout=2)
                    return
            except Exception:
                if time.monotonic() > by or self.process.poll() is not None:
                    raise
                time.sleep(0.2)


def valkey(folder: Path, start: Start) -> Server:
    """The embedded broker, with the settings it has in `make run`."""
    return _redis_kind("valkey", str(find_server()), folder, start)


def redis(folder: Path, start: Start) -> Server:
    """Debian's redis-server."""
    found = shutil.which("redis-server")
    if found is None:
        raise NotInstalled("redis-server is not installed (Debian: apt-get install redis-server)")
    return _redis_kind("redis", found, folder, start)


def rabbitmq(folder: Path, start: Start) -> Server:
    """Debian's rabbitmq-server, as one node with a name, ports and a folder of its own."""
    if not RABBIT.exists():
        raise NotInstalled("rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)")
    port, epmd, between = _free_port(), _free_port(), _free_port()
    (folder / "enabled_plugins").write_text("[].")
    (folder / "rabbitmq.conf").write_text("loopback_users.guest = true\n")
    told = {
        "HOME": folder,
        "ERL_EPMD_PORT": epmd,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"threshold{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": port,
        "RABBITMQ_DIST_PORT": between,
        "RABBITMQ_MNESIA_BASE": folder / "mnesia",
        "RABBITMQ_LOG_BASE": folder / "log",
        "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "enabled_plugins",
        "RABBITMQ_CONFIG_FILE": folder / "rabbitmq.conf",
        "RABBITMQ_PID_FILE": folder / "pid",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
    }
    variables = tuple(f"{name}={value}" for name, value in told.items())
    start(Program("epmd", ("/usr/bin/env", f"ERL_EPMD_PORT={epmd}", str(EPMD), "-address", "127.0.0.1"), folder))
    program = Program("rabbitmq", ("/usr/bin/env", *variables, str(RABBIT)), folder)
    version = RABBIT.resolve().parents[1].name.rpartition("-")[2]
    return _ready("rabbitmq", version, f"amqp://guest:guest@127.0.0.1:{port}//", program, start)


def _redis_kind(name: str, binary: str, folder: Path, start: Start) -> Server:
    port = _free_port()
    settings = SETTINGS | {"port": str(port), "bind": "127.0.0.1", "logfile": f"{name}.log"}
    settings.pop("unixsocketperm")
    options = [part for option, value in settings.items() for part in (f"--{option}", value)]
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    version = next((word.removeprefix("v=") for word in said.split() if word.startswith("v=")), said.strip())
    return _ready(name, version, f"redis://127.0.0.1:{port}/0", Program(name, (binary, *options), folder), start)


def _ready(name: str, version: str, url: str, program: Program, start: Start) -> Server:
    server = Server(name, version, url, start(program), lambda: start(program))
    server.wait_until_ready()
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """A process and everything below it, from /proc; a broker may be several."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        found.append(each := left.pop())
        left += children.get(each, [])
    return found


def tell(pids: list[int], signal_number: int) -> None:
    """Send a signal to processes that this test started."""
    for pid in pids:
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            continue


SERVERS: dict[str, Callable[[Path, Start], Server]] = {"valkey": valkey, "redis": redis, "rabbitmq": rabbitmq}
