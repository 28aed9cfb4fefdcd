"""`manage.py up`: the whole clinic on one machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import partial
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from clinic.onebox import places, programs, static_files
from clinic.onebox.lock import Lock, Taken
from clinic.onebox.postgres import NoDatabase, Postgres
from clinic.onebox.supervisor import Stage, Supervisor
from clinic.onebox.valkey import NoBroker, Valkey
from clinic.onebox.web import Address, NoPort

ASKED_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY = 0.2
WEB_WITHIN = 60.0
WEB_MAY_DIE = 3
CANNOT_START = (NoDatabase, NoBroker, NoPort, places.UnsafeFolder, OperationalError, PermissionError)


class Command(BaseCommand):
    help = "Start the whole clinic on this machine: PostgreSQL, broker, web, workers and clock. Ctrl-C ends it."
    requires_system_checks = []
    """`make check` looks at the code; here only the database is looked at, once it runs."""

    def handle(self, *args: Any, **options: Any) -> None:
        for number in ASKED_TO_END:
            if not (number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN):
                signal.signal(number, signal.default_int_handler)
        lock = Lock(places.make_var_dir() / "run.lock")
        try:
            lock.take()
        except Taken as holder:
            raise CommandError(f"The clinic already runs in this folder: {holder}.") from None
        except PermissionError:
            raise CommandError(f"{places.var_dir()} belongs to another user. Start the clinic as them.") from None
        Onebox(lock).run()


class Onebox:
    """One start of the clinic, from the first process to the last."""

    def __init__(self, lock: Lock) -> None:
        self.lock = lock
        self.supervisor = Supervisor(say)

    def run(self) -> None:
        """Start everything, tend it until asked to end, and end it in order."""
        self.lock.say(f"it is just starting (process {os.getpid()})")
        try:
            self._start()
            while True:
                self._tend()
        except KeyboardInterrupt:
            say("clinic", "ending; this takes at most 20 seconds")
        except CANNOT_START as reason:
            raise CommandError(f"The clinic cannot start: {reason}") from None
        finally:
            for number in ASKED_TO_END:
                signal.signal(number, signal.SIG_IGN)
            self.supervisor.stop()
        say("clinic", "ended; its data is kept for the next start")

    def _start(self) -> None:
        began = time.monotonic()
        self._start_database()
        self._start_broker()
        self._prepare_data()
        address = self._start_web()
        self._make_demo_data()
        self._wait_for(address)
        self._start_workers()
        self.lock.say(f"{address.url} (process {os.getpid()})")
        self._announce(address, time.monotonic() - began)

    def _start_database(self) -> None:
        if os.environ.get("DATABASE_URL"):
            say("clinic", "using the database of DATABASE_URL")
            return
        postgres = Postgres(places.var_dir(), places.make_run_dir())
        postgres.wait_until_ready(self.supervisor.start(Stage.DATABASE, postgres.program))
        postgres.create_database()

    def _start_broker(self) -> None:
        if os.environ.get("CELERY_BROKER_URL"):
            say("clinic", "using the broker of CELERY_BROKER_URL")
            return
        valkey = Valkey(places.var_dir(), places.make_run_dir())
        valkey.wait_until_ready(self.supervisor.start(Stage.BROKER, valkey.program))

    def _prepare_data(self) -> None:
        say("clinic", "bringing the database up to date")
        BaseCommand().check(tags=[Tags.database], databases=["default"])
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        if static_files.gather(places.var_dir() / "static-files.stamp"):
            say("clinic", "gathered the static files")

    def _start_web(self) -> Address:
        address = Address.from_environment()
        os.environ.setdefault("SITE_URL", address.url)
        self.supervisor.start(Stage.CLINIC, partial(programs.web, address))
        return address

    def _start_workers(self) -> None:
        """Last, because nobody waits for them: what they carry is remembered by the database."""
        for name in programs.QUEUES:
            self.supervisor.start(Stage.CLINIC, partial(programs.worker, name))
        self.supervisor.start(Stage.CLINIC, programs.beat)

    def _make_demo_data(self) -> None:
        """In this process, while the web server starts: another would load all of Django once more."""
        if settings.IS_PRODUCTION:
            say("clinic", "no demo data in production")
            return
        call_command("demo", site=os.environ["SITE_URL"])
        connections.close_all()

    def _wait_for(self, address: Address) -> None:
        by = time.monotonic() + WEB_WITHIN
        while not address.answers():
            self._tend()
            if self.supervisor.deaths("web") >= WEB_MAY_DIE or time.monotonic() > by:
                raise CommandError("The web server does not start; its own words are above.")

    def _tend(self) -> None:
        self.supervisor.tend()
        time.sleep(LOOK_EVERY)

    def _announce(self, address: Address, seconds: float) -> None:
        lines = [
            f"The clinic is open ({seconds:.0f} s).",
            f"  Patients  {address.url}/",
            f"  Staff     {address.url}/staff/",
            "Ctrl-C closes it; its data stays in " + str(places.var_dir()),
        ]
        if os.geteuid() == 0:
            lines.append("You are root, which is fine for trying; give a real clinic a user of its own.")
        sys.stdout.write("\n".join(["", *lines, "", ""]))
        sys.stdout.flush()


_speaking = threading.Lock()


def say(name: str, line: str) -> None:
    """Print one line in the name of a program; when nobody listens any more, the clinic goes on."""
    with _speaking:
        try:
            sys.stdout.write(f"{name:>8} | {line}\n")
            sys.stdout.flush()
        except OSError:
            return
