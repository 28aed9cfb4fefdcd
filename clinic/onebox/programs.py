"""The clinic's own processes: the web server, the workers and the clock, as the supervisor starts them."""

from __future__ import annotations

import os
import sys

from clinic.onebox.places import REPOSITORY
from clinic.onebox.processes import Program
from clinic.onebox.web import Address

ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
"""Celery's many lines about being root; `manage.py up` says it in one."""

QUEUES = {"urgent": "urgent", "worker": "default,bulk"}
"""Workers and the queues each serves: what is urgent never waits behind what is not."""


def web(address: Address) -> Program:
    """Gunicorn on the port that we hold. No access log: the paths in it would be patients' links."""
    listener = address.socket.fileno()
    options = ["--bind", f"fd://{listener}", "--worker-class", "gthread", "--threads", "4", "--preload"]
    options += ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--graceful-timeout", "8"]
    options += ["--log-level", "warning", "--no-control-socket"]
    return _python("web", "gunicorn", *options, "clinic.wsgi:application", inherits=(listener,))


def worker(name: str) -> Program:
    """A Celery worker; one process is enough on one machine."""
    options = ["--queues", QUEUES[name], "--hostname", f"{name}@%h", "--concurrency", "1"]
    options += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return _python(name, "celery", "--quiet", "--app", "clinic", "worker", *options, flags=("-W", ROOT_WARNING))


def beat() -> Program:
    """The clock that asks every minute what is due."""
    return _python("beat", "celery", "--quiet", "--app", "clinic", "beat", "--pidfile", "", "--loglevel", "WARNING")


def _python(
    name: str, module: str, *arguments: str, flags: tuple[str, ...] = (), inherits: tuple[int, ...] = ()
) -> Program:
    return Program(name, (sys.executable, *flags, "-m", module, *arguments), REPOSITORY, inherits=inherits)
